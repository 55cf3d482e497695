"""Hold the files of the atlas to the database of their release: read back, every area is there, in order, with no row more."""

from pathlib import Path

import duckdb
import orjson

from pipelines.core.query import holds
from pipelines.release.atlas.packed import ALPHABET, BITS
from pipelines.release.atlas.script import DATA

LAST = {ord(letter) for letter in ALPHABET[: 2**BITS]}  # the characters a packed number ends with
PER_PLACE, PER_POSTCODE = 3, 2  # packed numbers


def breaches(folder: Path, connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What in atlas/data is not as the database has it, in words; nothing where all is."""
    try:
        files = read_back(folder / DATA)
        return [words for check in (_areas, _values, _near, _places, _postcodes) for words in check(files, connection)]
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        return [f"atlas/data cannot be read ({type(error).__name__})"]


def read_back(folder: Path) -> dict[str, dict]:
    """What every file hands over, by its key. Raises ValueError where a file hands over something else than its own key."""
    files = {}
    for path in sorted(folder.rglob("*.js")):
        text = path.read_bytes()
        key, value = orjson.loads(b"[" + text.removeprefix(b"CG.receive(").removesuffix(b");\n") + b"]")
        if key != path.relative_to(folder).as_posix().removesuffix(".js"):
            raise ValueError(f"{path.name} hands over {key}")
        files[key] = value
    return files


def _areas(files: dict[str, dict], connection: duckdb.DuckDBPyConnection) -> list[str]:
    codes = [code for (code,) in connection.execute("select area_code from neighbourhood order by 1").fetchall()]
    return [] if files["areas"]["code"] == codes else ["areas are not those of the release in order"]


def _values(files: dict[str, dict], connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Every column has a row for every area, and as many that are known as the table."""
    n = len(files["areas"]["code"])
    known = {
        **dict(connection.execute("select index_name, count(score) from index_score group by 1").fetchall()),
        **dict(connection.execute("select index_name || '.' || domain, count(score) from domain_score group by 1").fetchall()),
        **dict(connection.execute("select indicator, count(value) from indicator_value group by 1").fetchall()),
    }  # fmt: skip
    wrong = [f"values/{name} is missing" for name in known if f"values/{name}" not in files]
    for key, value in files.items():
        if not key.startswith(("values/", "sure/")):
            continue
        columns = {name: column for name, column in value.items() if name not in ("reasons", "words", "spread_scope")}
        wrong += [f"{key}: {name} has {len(column)} rows" for name, column in columns.items() if len(column) != n]
        told = columns.get("score", columns.get("value"))
        if told is not None and len(told) - told.count(None) != known.get(key.removeprefix("values/")):
            wrong.append(f"{key} knows another number of areas than the release")
    return wrong


def _near(files: dict[str, dict], connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The chunks hold every area once, and every place within reach of one."""
    chunks = sorted((value for key, value in files.items() if key.startswith("near/")), key=lambda one: one["first"])
    wrong, row, within = [], 0, 0
    for chunk in chunks:
        if chunk["first"] != row or len(chunk["within"]["packed"]) != chunk["n"]:
            wrong.append(f"the chunk of row {chunk['first']} does not follow row {row}")
        row += chunk["n"]
        within += sum(map(_numbers, chunk["within"]["packed"])) // PER_PLACE
    (held,) = connection.execute("select count(*) from neighbourhood_place").fetchone()
    if row != len(files["areas"]["code"]):
        wrong.append(f"near/ holds {row:,} areas")
    return wrong + ([f"near/ holds {within:,} places within reach, the release {held:,}"] if within != held else [])


def _places(files: dict[str, dict], connection: duckdb.DuckDBPyConnection) -> list[str]:
    told = [place for key in files["atlas"]["place_names"] for place in files[key]["place_id"]]
    held = [place for (place,) in connection.execute("select place_id from place order by 1").fetchall()]
    return [] if told == held else ["place_names/ does not hold the places of the release in order"]


def _postcodes(files: dict[str, dict], connection: duckdb.DuckDBPyConnection) -> list[str]:
    told = sum(_numbers(text) for _, _, key in files["atlas"]["postcodes"]["files"] for text in files[key].values())
    held = connection.execute("select count(*) from postcode").fetchone()[0] if holds(connection, "postcode") else 0
    return [] if told == PER_POSTCODE * held else [f"postcodes/ holds {told // PER_POSTCODE:,} postcodes, the release {held:,}"]  # fmt: skip


def _numbers(packed: str) -> int:
    """How many numbers a packed text holds."""
    return sum(map(LAST.__contains__, packed.encode()))
