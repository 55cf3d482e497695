"""The licences of a release: which sources it rests on, and under which licence its columns and files leave.

What no declaration covers rests on everything there is, so that a forgotten line keeps a column in rather than out.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from pipelines.register.licence import Licence
from pipelines.register.licensing import JOINED, Licences, shared, title, together
from pipelines.register.register import Register
from pipelines.release.wide import SCORE_COLUMNS

ROW = "row"  # of a column whose licence each row says
ROLLED_UP = (  # what map layers tell of each index in a larger area
    "mean_score", "areas_scored_share", "rank_by_average_score", "n_of_level", "ranked_in", "share_in_highest_tenth",
    "extent", "rank_by_extent",
)  # fmt: skip


def sources_present(register: Register, states: pd.Series, files: dict[str, list[Path]], near: set[str]) -> set[str]:
    """The sources a release rests on: tables that were got (`states` by source), and lists with a record, present or
    past, in the areas asked or where a place in reach of them is (`near`). `files` are those of the release's inputs."""
    read = lambda view, *columns: pd.read_parquet(files[view][0], columns=list(columns))  # noqa: E731
    places, rows = read("places", "place_id", "area_code"), read("place_records", "source", "area_code")
    areas = {*read("areas_asked", "area_code")["area_code"], *places.loc[places["place_id"].isin(near), "area_code"]}
    lists = set(rows.loc[rows["area_code"].isin(areas), "source"])
    return lists | {s for s in register.sources if s not in register.place_sources and states[s] != "unavailable"}


def licence_register(register: Register, present: set[str]) -> pd.DataFrame:
    """One row per licence that a source present came under."""
    used = {register.sources[stem].licence for stem in present}
    rows = [
        {
            "licence": key, "title": licence.title, "url": licence.url, "publish": licence.publish,
            "is_share_alike": licence.share_alike, "file": licence.file or key, "spdx": licence.spdx, "position": position,
        }
        for position, (key, licence) in enumerate(register.licences.items(), 1)
        if key in used
    ]  # fmt: skip
    return pd.DataFrame(rows).astype({"spdx": "str"})


def label_of(register: Register, sources: set[str], present: set[str]) -> str:
    """The label of what rests on these sources, of those that are present."""
    return together(register.licences, (register.sources[stem].licence for stem in sorted(sources & present)))


def sentence(licences: Licences) -> str:
    """Under which licence a release is, in words: `licences` are those present."""
    house = together({key: licence for key, licence in licences.items() if not licence.share_alike}, licences)
    marked = [
        f"what is marked {key}, and any file that holds it, under the {licence.title}"
        for key, licence in licences.items()
        if licence.share_alike
    ]
    exceptions = "".join(f"; {told}" for told in marked)
    return f"{licences[house].title}" + (
        f", unless a table, row, column or file says otherwise{exceptions}" if marked else ""
    )


def read_licences(connection: duckdb.DuckDBPyConnection) -> Licences:
    """The licences in a release's database, in their order."""
    rows = connection.execute(
        "select licence, title, url, publish, is_share_alike, file, spdx from licence order by position"
    ).fetchall()
    fields = ("title", "url", "publish", "share_alike", "file", "spdx")
    return {key: Licence(**dict(zip(fields, row, strict=True))) for key, *row in rows}


def whole(licences: Licences) -> str:
    """The label of what rests on everything in a release."""
    return together(licences, licences)


def column_labels(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """The label of each column of a table, ROW where its rows say it. A column that is not here rests on everything."""
    return dict(
        connection.execute(
            "select column_name, licence from column_dictionary where table_name = ? and licence is not null", [table]
        ).fetchall()
    )


def map_labels(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """The label of each column of the map layers, by the table that `table_of_layer` names: those of the table itself,
    and those that maps add, of an index (a domain's score, a figure of a larger area) or of the look-ups."""
    tables = ("neighbourhood_profile", "place", "opportunity")
    labels = {table: column_labels(connection, table) for table in tables}
    profile = labels["neighbourhood_profile"]  # which leaves out what the maps may hold all the same
    profile |= column_labels(connection, "neighbourhood")
    profile |= dict(connection.execute("select indicator, licence from indicator").fetchall())
    of_index = dict(connection.execute("select index_name, licence from index_method").fetchall())
    profile |= {f"{index}_{column}": label for index, label in of_index.items() for column in SCORE_COLUMNS}
    domains = connection.execute("select distinct index_name, domain from domain_score order by all").fetchall()
    profile |= {f"{index}_{domain}_score": of_index[index] for index, domain in domains}
    names = ("authority_code", "authority_name", "msoa_code", "msoa_name", "region_name", "population")
    rolled = {name: profile[name] for name in names} | {"n_areas": profile["authority_code"]}
    rolled |= {f"{index}_{name}": label for index, label in of_index.items() for name in ROLLED_UP}
    return {**labels, "area_roll_up": rolled}


def attribution(connection: duckdb.DuckDBPyConnection, licences: Licences, label: str) -> str:
    """What `attributions` gives, in one line."""
    return "; ".join(attributions(connection, licences, label))


def attributions(connection: duckdb.DuckDBPyConnection, licences: Licences, label: str) -> list[str]:
    """What the sources ask to be said of a file with this label: the words of every source whose licence is in the release, but
    those of share-alike sources that the label leaves out."""
    rows = connection.execute(
        "select distinct attribution, licence_key from source join snapshot using (source) where state != 'unavailable' order by 1"
    ).fetchall()
    told = [words for words, key in rows if key in licences and shared(licences, key) <= shared(licences, label)]
    return list(dict.fromkeys(told))


@dataclass(frozen=True)
class Terms:
    """Under which licence a file is: its label, and what the file says of it (`licence`, `attribution`, and where its
    columns differ `licence_of_columns`)."""

    label: str
    notes: dict[str, str]

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection, table: str | None, frame: pd.DataFrame) -> "Terms":
        """The terms of a file that holds these rows and columns of a table; `table` is None where its columns are its own."""
        licences = read_licences(connection)
        known = map_labels(connection)[table] if table else {}
        labels = {name: known.get(name, whole(licences)) for name in frame}
        rows = frame["licence"].unique() if ROW in labels.values() else []
        label = together(licences, {*labels.values(), *rows} - {ROW})
        notes = {"licence": title(licences, label), "attribution": attribution(connection, licences, label)}
        if len(by_title := _columns_by_title(licences, labels)) > 1:
            told = "; ".join(f"{name}: {', '.join(columns)}" for name, columns in by_title.items())
            notes["licence_of_columns"] = told
        return cls(label, notes)


def packaged(licences: Licences, label: str) -> list[dict]:
    """A label as the `licenses` of a data package."""
    parts = [licences[part] for part in label.split(JOINED)]
    return [
        {"name": p.spdx, "path": p.url, "title": p.title} if p.spdx else {"path": p.url, "title": p.title}
        for p in parts
    ]


def _columns_by_title(licences: Licences, labels: dict[str, str]) -> dict[str, list[str]]:
    """The columns of a file by the title of their licence, those whose rows say it left out."""
    told: dict[str, list[str]] = {}
    for column, label in labels.items():
        if label != ROW:
            told.setdefault(title(licences, label), []).append(column)
    return told


def table_of_layer(name: str) -> str | None:
    """The table whose columns a map layer holds, by its name; None where its columns are its own."""
    if name.split("_")[0] == "places":
        return "place"
    tables = {"neighbourhoods": "neighbourhood_profile", "opportunities": "opportunity"}
    return tables.get(name) or ("area_roll_up" if name in ("msoas", "authorities") else None)


def table_of(path: Path) -> str | None:
    """The same of a map or sheet, by the name of its file."""
    return "neighbourhood_profile" if path.parent.name == "by_authority" else table_of_layer(path.stem)
