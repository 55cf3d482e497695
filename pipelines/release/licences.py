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

ROW = "row"  # of a column whose licence each row says


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


def attribution(connection: duckdb.DuckDBPyConnection, licences: Licences, label: str) -> str:
    """What the sources ask to be said of a file with this label: the words of every source whose licence is in the release, but
    those of share-alike sources that the label leaves out."""
    rows = connection.execute(
        "select distinct attribution, licence_key from source join snapshot using (source) where state != 'unavailable' order by 1"
    ).fetchall()
    return "; ".join(
        dict.fromkeys(
            told for told, key in rows if key in licences and shared(licences, key) <= shared(licences, label)
        )
    )


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
        known = column_labels(connection, table) if table else {}
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


def table_of(path: Path) -> str | None:
    """The table whose columns a map or sheet holds, by its name; None where its columns are its own."""
    if path.parent.name == "by_authority" or path.stem == "neighbourhoods":
        return "neighbourhood_profile"
    if path.stem.split("_")[0] == "places":
        return "place"
    return "opportunity" if path.stem == "opportunities" else None
