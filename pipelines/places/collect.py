"""Every observation of every list of places as records, located in areas: those listed now, and those that were.

Records are located over the whole nation in every run (it takes a second), so that what a source is known to cover
does not depend on the areas asked; reach is worked out for those areas only.
"""

from collections.abc import Iterator

import geopandas
import numpy as np
import pandas as pd

from geodata.crs import PUBLISHED, transform_xy
from geodata.geography import Geography
from geodata.locate import locate_points
from pipelines.core.plain_text import told
from pipelines.core.problem import Problem
from pipelines.core.schema import schema
from pipelines.core.step import Given, Step, Tables
from pipelines.core.unforeseen import unforeseen
from pipelines.places.placed import findings
from pipelines.places.records import issues, read_records
from pipelines.places.told_apart import told_apart
from pipelines.register.source import Source
from pipelines.register.taxonomy import Taxonomy
from pipelines.register.workspace import Workspace
from pipelines.tables.kept import read_snapshot
from pipelines.tables.snapshot import HistoryRead, SnapshotRead
from pipelines.tables.tidy import ISSUES, empty_table, issue_table, script_of, tidy

LOOK = "look"  # the column that an issue names where it is of a whole look at a list
RECORD = schema(
    "record str, source str, source_id str, series str, kind str?, name str?, status str, closed_year Int64?,"
    "owner_kind str?, owner_name str?, tenure str?, tenure_band str?, lease_ends datetime64[ms]?, unexpired_years Int64?,"
    "use_state str?, acv_flag str?, register_words str?, run_by str?, opening_hours str?, hours_per_week float64?, shares_with str?,"
    "postcode str?, uprn str?, door str?, size_ha float64?, refers_to str?, area_code str?, x float64?, y float64?,"
    "longitude float64?, latitude float64?, point_quality str, as_at datetime64[ms]?, observed_on datetime64[ms],"
    "is_current bool, is_row bool, row int64, first_seen str?, last_seen str, publish str, reason str?"
)
SIGHTING = schema("series str, source str, source_id str, kind str, observed_on datetime64[ms], status str")
OBSERVATION = schema(
    "series str, source str, kind str, observed_on datetime64[ms]", key="series source kind observed_on"
)


def place_record_step(workspace: Workspace) -> Step[Tables]:
    """The step that makes the records of all lists of places."""
    register, geography = workspace.register, workspace.geography
    sources = register.place_sources
    return Step(
        "places/place_record",
        "places",
        "Every row of every list of places, now and before: located, or with the reason why not.",
        (
            *(f"table/{stem}" for stem in sources),
            *(SnapshotRead(source, geography) for source in sources.values()),
            *(HistoryRead(source, geography) for source in sources.values()),
            f"table/{geography.boundaries.source}",
            "geography/postcode",
        ),
        {
            "sources": sources,
            "scripts": {stem: script_of(source) for stem, source in sources.items()},
            "geography": geography,
            "taxonomy": register.taxonomy,
        },
        make_place_records,
        {
            "place_record": RECORD,
            "place_record.sightings": SIGHTING,
            "place_record.observations": OBSERVATION,
            "place_record.issues": ISSUES,
        },
    )


def make_place_records(given: Given) -> Tables:
    """Tables `place_record`, `place_record.sightings`, `place_record.observations` and `place_record.issues`.

    `place_record`: one row per record a list holds now (`is_current`) or held once, and per row that could not be used
    (`reason` tells why; the rows of a source's present table are all there). `x`, `y` in the geography's CRS,
    `longitude`, `latitude` in WGS 84. `sightings`: when each record was seen, and in which list. `observations`: when
    each list was read whole, and for which kinds.
    """
    sources = given.definition["sources"]
    unread: list[tuple] = []
    records, sightings, observations = collect_records(
        given, {stem: given[f"history/{stem}"] for stem in sources}, unread
    )
    found = [issues(source, given.frame(f"table/{stem}"), records) for stem, source in sources.items()]
    found += [findings(given.definition["taxonomy"], sources, records), issue_table(unread)]
    return {
        "place_record": records,
        "place_record.sightings": sightings,
        "place_record.observations": observations,
        "place_record.issues": pd.concat(found, ignore_index=True),
    }, {}


def collect_records(
    given: Given, held: dict[str, list[dict]], unread: list[tuple] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Records, sightings and observations, from the snapshots `held` of each source, oldest first; the last is the present.

    `given` is what `place_record_step` declares. Of a source of one stated vintage only the last counts: a new file of
    the same date is a correction. Of the past of the others, the last look of each month; one that cannot be read any
    more is entered in `unread`, as a row of the issue table.
    """
    unread = [] if unread is None else unread
    postcodes = given.frame("geography/postcode", columns=["postcode", "x", "y"]).set_index("postcode")
    rows = []
    for stem, source in given.definition["sources"].items():
        lines = held.get(stem, [])
        rows += [] if source.vintage else list(_past(given, source, _monthly(lines[:-1]), postcodes, unread))
        if lines and given[f"table/{stem}"].meta["available"]:
            rows.append(_held(given, source, lines[-1], postcodes))
    if not rows:  # no list could be read: the same columns without a row
        source = next(iter(given.definition["sources"].values()))
        none = _read(given, source, empty_table(source), postcodes, "2000-01-01")
        rows = [none.assign(is_row=pd.Series(dtype=bool), observed_at=pd.Series(dtype="str"))]
    rows = _one_edition(given, pd.concat(rows, ignore_index=True))
    rows["kind"] = told_apart(given.definition["taxonomy"], rows)
    return (
        _locate(given, _newest(rows, _counted(given))),
        _sightings(rows),
        _observations(given.definition["taxonomy"], given.definition["sources"], rows),
    )


def _past(
    given: Given, source: Source, lines: list[dict], postcodes: pd.DataFrame, unread: list[tuple]
) -> Iterator[pd.DataFrame]:
    """What a list held at each of these looks. One that cannot be read any more, damaged or by a rule that came later, is
    entered in `unread` and passed over: one look fewer at what the list once held, and no reason to end a run."""
    for line in lines:
        try:
            records = _read(given, source, _tidied(given, source, line), postcodes, line["day"])
        except Exception as error:
            why = error.what if isinstance(error, Problem) else str(error)
            issue = f"its answer of {line['day']} cannot be read any more, and is passed over: {told(why)}"
            unread.append((source.stem, 0, LOOK, line["day"], issue))
            continue
        yield records[records["reason"].isna()].assign(is_row=False, observed_at=line["run_at"])


def _monthly(lines: list[dict]) -> list[dict]:
    """The last look of each month: enough to tell what came and went, and no more to read however long a list is kept."""
    return list({line["day"][:7]: line for line in lines}.values())


def _held(given: Given, source: Source, line: dict, postcodes: pd.DataFrame) -> pd.DataFrame:
    is_present = line["sha"] == given[f"snapshot/{source.stem}"].sha
    rows = given.frame(f"table/{source.stem}") if is_present else _tidied(given, source, line)
    return _read(given, source, rows, postcodes, line["day"]).assign(is_row=True, observed_at=line["run_at"])


def _tidied(given: Given, source: Source, line: dict) -> pd.DataFrame:
    with unforeseen(source.stem):
        return tidy(source, given.definition["geography"], read_snapshot(line["folder"], line["sha"]))[0]


def _read(given: Given, source: Source, rows: pd.DataFrame, postcodes: pd.DataFrame, day: str) -> pd.DataFrame:
    geography: Geography = given.definition["geography"]
    taxonomy: Taxonomy = given.definition["taxonomy"]
    return read_records(source, geography, taxonomy, rows, postcodes, pd.Timestamp(day))


def _one_edition(given: Given, rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` with a reason for those of a list in whose place another of its series stands, which covers the nation.

    It stands there from the day it was first read: what both list is one record, and what one lists and the other does
    not is no news. What the narrower list held before is its past.
    """
    sources: dict[str, Source] = given.definition["sources"]
    covers = given.definition["geography"].covers
    is_national = (
        rows["source"].map({stem: covers[source.covers] == "nation" for stem, source in sources.items()}).astype(bool)
    )
    first = rows[is_national & rows["is_row"].groupby(rows["source"]).transform("any")]
    first = first.groupby("series")["observed_on"].min().reindex(rows["series"]).to_numpy()
    stood_for = ~is_national & (rows["observed_on"].to_numpy() >= first)
    rows["reason"] = rows["reason"].mask(stood_for, "other_edition")
    return rows[rows["is_row"] | ~stood_for].reset_index(drop=True)


def _observations(taxonomy: Taxonomy, sources: dict[str, Source], rows: pd.DataFrame) -> pd.DataFrame:
    """When each list was read whole (`series`, `source`, `observed_on`), and for which kinds."""
    rows = rows[rows["reason"] != "other_edition"]
    kinds = {stem: sorted(taxonomy.told_of(source.places.listed_kinds)) for stem, source in sources.items()}
    seen = rows[["series", "source", "observed_on"]].drop_duplicates()
    seen = seen.assign(kind=seen["source"].map(kinds)).explode("kind")
    seen = seen[["series", "source", "kind", "observed_on"]].astype({"kind": "str"})
    return seen.sort_values(["series", "source", "kind", "observed_on"]).reset_index(drop=True)


def _sightings(rows: pd.DataFrame) -> pd.DataFrame:
    seen = rows.loc[rows["reason"].isna(), list(SIGHTING.types)]
    return seen.sort_values(["series", "source_id", "observed_on"]).reset_index(drop=True)


def _counted(given: Given) -> set[str]:
    """The sources that some kind of place is counted from."""
    return {stem for kind in given.definition["taxonomy"].kinds.values() for stem in kind.counted_from}


def _newest(rows: pd.DataFrame, counted: set[str]) -> pd.DataFrame:
    """Each record as its list last had it; older sightings stay only where they are rows of a present table.

    Current is what the present snapshot of the newest source of a series holds (of two editions of one date, that of
    `counted`); of a table that holds many observations, the last.
    """
    usable = rows["reason"].isna()
    first_seen = rows[usable].groupby(["series", "source_id"])["observed_at"].min().rename("first_seen")
    rows = rows.join(first_seen, on=["series", "source_id"])
    counts = rows["is_row"] & (rows["reason"] != "other_edition")
    present = rows[counts].groupby(["series", "source"])["observed_on"].max().reset_index()
    present["is_counted"] = present["source"].isin(counted)
    present = present.sort_values(["observed_on", "is_counted"], kind="stable")
    newest = present.drop_duplicates("series", keep="last").set_index("series")
    is_newest = rows["is_row"] & (rows["source"] == rows["series"].map(newest["source"]))
    is_newest &= rows["observed_on"] == newest["observed_on"].reindex(rows["series"]).to_numpy()
    rows = rows.assign(is_newest=is_newest).sort_values(["is_newest", "observed_on", "is_row"], kind="stable")
    older = rows[usable.reindex(rows.index)].duplicated(["series", "source_id"], keep="last")
    rows.loc[older.index[older], "reason"] = "earlier"
    rows = rows[rows["is_row"] | (rows["reason"] != "earlier")]
    rows = rows.assign(is_current=rows["reason"].isna() & rows["is_newest"])
    rows["record"] = rows["source"] + "|" + rows["source_id"]
    return rows.rename(columns={"observed_at": "last_seen"})


def _locate(given: Given, records: pd.DataFrame) -> pd.DataFrame:
    geography: Geography = given.definition["geography"]
    layer = geography.boundaries
    outlines = geopandas.read_parquet(given[f"table/{layer.source}"].path).sort_values(layer.by)
    usable = records["reason"].isna().to_numpy()
    x, y = (np.where(usable, records[c], np.nan) for c in ("x", "y"))
    at = locate_points(x, y, outlines.geometry.to_numpy())
    codes = np.append(outlines[layer.by].to_numpy(dtype=object), None)
    records["area_code"] = codes[at]
    records["reason"] = records["reason"].mask(usable & (at < 0), "outside")
    longitude, latitude = transform_xy(x, y, geography.crs, PUBLISHED)
    records["longitude"], records["latitude"] = longitude, latitude
    return records[list(RECORD.types)].astype(RECORD.types).sort_values(["record", "observed_on"], ignore_index=True)
