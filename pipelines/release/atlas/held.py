"""Hold the files of the atlas to the database of their release: read back, every area is there, in order, with its own
scores and values, and with no row more. One file is held at a time: those of England take 0.8 GB together."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import orjson

from pipelines.core.query import holds
from pipelines.release.atlas.packed import ALPHABET, BITS
from pipelines.release.atlas.script import DATA, rounded
from pipelines.release.atlas.tables import columns, prepare, spread_out

LAST = {ord(letter) for letter in ALPHABET[: 2**BITS]}  # the characters a packed number ends with
PER_PLACE, PER_POSTCODE = 3, 2  # packed numbers
SCORES = {  # by table: what names a file of values, and the column that is in it
    "index_score": ("index_name", "score"),
    "domain_score": ("index_name || '.' || domain", "score"),
    "indicator_value": ("indicator", "value"),
}


class Files(Mapping[str, Any]):
    """What every file hands over, by its key: read whenever it is asked for, and not kept. Asking raises ValueError where a
    file hands over something else than its own key."""

    def __init__(self, folder: Path) -> None:
        paths = sorted(folder.rglob("*.js"))
        self._paths = {path.relative_to(folder).as_posix().removesuffix(".js"): path for path in paths}

    def __getitem__(self, key: str) -> Any:
        text = self._paths[key].read_bytes()
        told, value = orjson.loads(b"[" + text.removeprefix(b"CG.receive(").removesuffix(b");\n") + b"]")
        if told != key:
            raise ValueError(f"{self._paths[key].name} hands over {told}")
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def within(self, *folders: str) -> list[str]:
        """The keys of the files in these folders."""
        return [key for key in self if key.startswith(tuple(f"{folder}/" for folder in folders))]


def breaches(folder: Path, connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What in atlas/data is not as the database has it, in words; nothing where all is."""
    files = Files(folder / DATA)
    codes = [code for (code,) in connection.execute("select area_code from neighbourhood order by 1").fetchall()]
    try:
        wrong = [] if files["areas"]["code"] == codes else ["areas are not those of the release in order"]
        wrong += _values(files, connection, len(codes)) + _near(files, connection, len(codes))
        wrong += _places(files, connection) + _postcodes(files, connection)
        for key in files.within("groups", "rolled"):  # that they can be read
            files[key]
        return wrong
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        return [f"atlas/data cannot be read ({type(error).__name__})"]


def _values(files: Files, connection: duckdb.DuckDBPyConnection, n: int) -> list[str]:
    """Every column has a row for every area, and every score and value is that of its area in the database."""
    held = _scores(connection)
    wrong = [f"values/{name} is missing" for name in held if f"values/{name}" not in files]
    for key in files.within("values", "sure"):
        told, name = files[key], key.removeprefix("values/")
        of_areas = {part: values for part, values in told.items() if part not in ("reasons", "words", "spread_scope")}
        wrong += [f"{key}: {part} has {len(values)} rows" for part, values in of_areas.items() if len(values) != n]
        if name in held:
            column, known = held[name]
            if len(told[column]) == n:
                is_off = ~np.isclose(np.array(told[column], dtype=float), rounded(known), rtol=1e-12, atol=0, equal_nan=True)  # fmt: skip
                wrong += [f"{key}: {is_off.sum():,} areas have another {column} in the release"] if is_off.any() else []
        elif key != "values/typology" and not key.startswith("sure/"):
            wrong.append(f"{key} is of nothing in the release")
    return wrong


def _scores(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, np.ndarray]]:
    """By file of values the column that tells how an area stands, and its numbers in the database in order of area_code,
    not-a-number where none is known."""
    n = prepare(connection)
    held: dict[str, tuple[str, np.ndarray]] = {}
    for table, (name, column) in SCORES.items():
        found = columns(
            connection, f"select row, {name} as name, {column} from {table} join area_row using (area_code)"
        )
        names = found["name"].words
        numbers = spread_out(n, names, found, "name", column)
        held |= {name: (column, known) for name, known in zip(names, numbers, strict=True)}
    return held


def _near(files: Files, connection: duckdb.DuckDBPyConnection, n: int) -> list[str]:
    """The chunks hold every area once, and every place within reach of one."""
    chunks = []
    for key in files.within("near"):
        chunk = files[key]
        packed = chunk["within"]["packed"]
        chunks.append((chunk["first"], chunk["n"], len(packed), sum(map(_numbers, packed)) // PER_PLACE))
    wrong, row, within = [], 0, 0
    for first, areas, lists, places in sorted(chunks):
        if first != row or lists != areas:
            wrong.append(f"the chunk of row {first} does not follow row {row}")
        row += areas
        within += places
    (held,) = connection.execute("select count(*) from neighbourhood_place").fetchone()
    if row != n:
        wrong.append(f"near/ holds {row:,} areas")
    return wrong + ([f"near/ holds {within:,} places within reach, the release {held:,}"] if within != held else [])


def _places(files: Files, connection: duckdb.DuckDBPyConnection) -> list[str]:
    told = [place for key in files["atlas"]["place_names"] for place in files[key]["place_id"]]
    held = [place for (place,) in connection.execute("select place_id from place order by 1").fetchall()]
    return [] if told == held else ["place_names/ does not hold the places of the release in order"]


def _postcodes(files: Files, connection: duckdb.DuckDBPyConnection) -> list[str]:
    told = sum(_numbers(text) for _, _, key in files["atlas"]["postcodes"]["files"] for text in files[key].values())
    held = connection.execute("select count(*) from postcode").fetchone()[0] if holds(connection, "postcode") else 0
    return [] if told == PER_POSTCODE * held else [f"postcodes/ holds {told // PER_POSTCODE:,} postcodes, the release {held:,}"]  # fmt: skip


def _numbers(packed: str) -> int:
    """How many numbers a packed text holds."""
    return sum(map(LAST.__contains__, packed.encode()))
