"""What a publisher might change one day in a source that nothing goes without: read right, or refused; never read wrong."""

import contextlib
import csv
import io
import random

import geopandas
import orjson
import pandas as pd
import pytest
import shapely

from geodata.geography import read_geographies
from pipelines.core.problem import Problem
from pipelines.register.register import read_register
from pipelines.tables.tidy import tidy

REQUIRED = sorted(s.stem for s in read_register(read_geographies()["sample_town"]).sources.values() if s.required)
UNEXPECTED = (
    KeyError,
    IndexError,
    TypeError,
    ValueError,
    AttributeError,
    csv.Error,
)  # which a fetch tells as a Problem


def headings(source) -> list[str]:
    return [column.headings(name)[0] for name, column in source.columns.items()]


# each takes rows (dictionaries, `geometry` apart) and the source, and gives rows as they might come one day


def heading_renamed(rows, source):
    return [{f"{k}_new" if k == headings(source)[0] else k: v for k, v in row.items()} for row in rows]


def last_heading_renamed(rows, source):
    return [{"what" if k == headings(source)[-1] else k: v for k, v in row.items()} for row in rows]


def headings_in_other_case(rows, source):
    return [{k.swapcase() if k != "geometry" else k: v for k, v in row.items()} for row in rows]


def columns_in_another_order(rows, source):
    return [dict(reversed(row.items())) for row in rows]


def a_column_more(rows, source):
    return [{"something": "new", **row} for row in rows]


def rows_in_another_order(rows, source):
    return random.Random(1).sample(rows, len(rows))


def a_row_lost(rows, source):
    return rows[:-1]


def a_row_twice(rows, source):
    return [*rows, rows[0]]


def a_total_at_the_end(rows, source):
    return [*rows, {**rows[0], headings(source)[0]: "Total"}]


def a_code_left_empty(rows, source):
    return [{**rows[0], headings(source)[0]: None}, *rows[1:]]


def codes_in_lower_case(rows, source):
    return [{**row, headings(source)[0]: str(row[headings(source)[0]]).lower()} for row in rows]


def codes_with_blanks(rows, source):
    return [{**row, headings(source)[0]: f" {row[headings(source)[0]]} "} for row in rows]


def numbers_with_thousands(rows, source):
    return [{k: f"{int(v):,}" if str(v).isdigit() and int(v) > 999 else v for k, v in row.items()} for row in rows]


def shapes_in_degrees(rows, source):
    scale = lambda value: [scale(v) for v in value] if isinstance(value, list) else value / 1e5  # noqa: E731
    changed = lambda shape: {**shape, "coordinates": scale(shape["coordinates"])}  # noqa: E731
    return [{k: changed(v) if k == "geometry" else v for k, v in row.items()} for row in rows]


def shapes_with_axes_swapped(rows, source):
    swap = lambda value: value[::-1] if isinstance(value[0], (int, float)) else [swap(v) for v in value]  # noqa: E731
    changed = lambda shape: {**shape, "coordinates": swap(shape["coordinates"])}  # noqa: E731
    return [{k: changed(v) if k == "geometry" else v for k, v in row.items()} for row in rows]


CHANGES = [
    heading_renamed, last_heading_renamed, headings_in_other_case, columns_in_another_order, a_column_more, rows_in_another_order,
    a_row_lost, a_row_twice, a_total_at_the_end, a_code_left_empty, codes_in_lower_case, codes_with_blanks,
    numbers_with_thousands, shapes_in_degrees, shapes_with_axes_swapped,
]  # fmt: skip


def rows_of(source, files: dict[str, bytes]) -> list[dict]:
    """Every row of a snapshot, its shape under `geometry`."""
    if source.fetch.protocol == "arcgis":
        features = [f for body in files.values() for f in orjson.loads(body)["features"]]
        shape = lambda f: {"geometry": f["geometry"]} if source.fetch.geometry else {}  # noqa: E731
        return [(f.get("properties") or f.get("attributes")) | shape(f) for f in features]
    return [row for body in files.values() for row in csv.DictReader(io.StringIO(body.decode("utf-8-sig")))]


def files_of(source, rows: list[dict], files: dict[str, bytes]) -> dict[str, bytes]:
    """A snapshot of one file that holds these rows, in the form of `files`."""
    name, body = next(iter(sorted(files.items())))
    if source.fetch.protocol == "arcgis":
        key = "properties" if source.fetch.geometry else "attributes"
        features = [{"type": "Feature", key: {k: v for k, v in row.items() if k != "geometry"}} for row in rows]
        for feature, row in zip(features, rows, strict=True):
            feature |= {"geometry": row["geometry"]} if source.fetch.geometry else {}
        return {name: orjson.dumps({**orjson.loads(body), "features": features})}
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return {name: out.getvalue().encode()}


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """The table without shapes, these as text."""
    if isinstance(table, geopandas.GeoDataFrame):
        return pd.DataFrame(table.drop(columns="geometry")).assign(shape=shapely.to_wkt(table.geometry.to_numpy()))
    return table


@pytest.mark.parametrize("stem", REQUIRED)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_changed_answer_is_read_right_or_refused(town, stem, change):
    workspace = town.workspace()
    source = workspace.register.sources[stem]
    if change.__name__.startswith("shapes") and not source.fetch.geometry:
        pytest.skip("it has no shapes")
    folder = town.data / "snapshots" / stem
    (content,) = [path for path in folder.iterdir() if path.is_dir()]
    files = {path.name: path.read_bytes() for path in content.iterdir()}
    good, _ = tidy(source, workspace.geography, files)
    rows = rows_of(source, files)
    assert plain(tidy(source, workspace.geography, files_of(source, rows, files))[0]).equals(plain(good))
    with contextlib.suppress(Problem, *UNEXPECTED):
        table, _ = tidy(source, workspace.geography, files_of(source, change(rows, source), files))
        pd.testing.assert_frame_equal(plain(table), plain(good))
