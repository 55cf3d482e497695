"""How secure the tenure of the places within a walk is, where the register of their owner's land and buildings was read.

An area is looked at where the register of its own council was read. A council owns land outside its borders, and what it
says of a place there is told of that place; but what the council of that area owns is not known by it.

Where a source that clears no rows bears on an area, numbers of few are hidden as they are elsewhere (register/few.py).
"""

import numpy as np
import pandas as pd

from geodata.distance import measure_of
from pipelines.areas.claimed import claimed
from pipelines.core.schema import schema
from pipelines.core.step import Given, Step, Tables
from pipelines.places.cover import cover_table
from pipelines.reach.reach import homes_and_asked
from pipelines.register.few import few
from pipelines.register.tenure import UNKNOWN, TenureSecurity
from pipelines.register.workspace import Workspace

PARTS = ("n_register_buildings", "n_stated", "n_secure", "n_short")  # of what is told, or to take away from it
COUNTS = ("n_places", "n_known", *PARTS)
TENURE = schema(
    "area_code str, n_places Int64?, n_register_buildings Int64?, n_stated Int64?, n_known Int64?, n_secure Int64?,"
    "n_short Int64?, security float64?, coverage str, null_reason str?, parts_null_reason str?, as_at datetime64[ms]?",
    key="area_code",
)


def tenure_step(workspace: Workspace) -> Step[Tables]:
    """The step that adds up tenure within reach."""
    taxonomy = workspace.register.taxonomy
    rule = taxonomy.tenure
    owners = [workspace.register.sources[stem] for stem in taxonomy.kinds[rule.register_kind].counted_from]
    return Step(
        "reach/tenure",
        "reach",
        f"How secure the tenure of places within {taxonomy.minutes[1]} minutes of each area is, where registers tell it.",
        (
            *("places/place", "places/place:place.kinds", "places/place:place.records", "places/place_record"),
            f"places/cover:{cover_table(rule.register_kind)}",
            *("geography/areas", "geography/scope"),
        ),
        {
            "rule": rule,
            "closed": [source for source in owners if source.publish != "rows"],  # registers that clear no rows
            "geography": workspace.geography,
            "minutes": taxonomy.minutes[1],
            "measure": measure_of(workspace.geography),
        },
        make_tenure,
        {"tenure": TENURE},
    )


def make_tenure(given: Given) -> Tables:
    """Table `tenure`: a row per area asked. Within the longer walk `n_places` open places of the kinds of the rule, and
    `n_register_buildings` others that a register lists and somebody uses; `n_stated` of both together whose tenure, or
    letting, a register states, `n_known` of which it is known for how long, `n_secure` and `n_short` of which for 25 years
    and more, or for fewer than 7 or by a licence. `security` (0-1): the mean over those known of what each band counts.

    Nothing is known where the area's own council's register was not read. Where a source that clears no rows bears on an
    area, all is suppressed where few are known, and PARTS where one of them, or what is left when they are taken away, is
    few (`parts_null_reason`). `as_at`: the oldest date behind it.
    """
    rule: TenureSecurity = given.definition["rule"]
    places = _looked_at(given, rule)
    homes, is_asked = homes_and_asked(given)
    origins = homes[is_asked].reset_index(drop=True)
    xy = lambda frame: frame[["x", "y"]].to_numpy(dtype=np.float64)  # noqa: E731
    measure, minutes = given.definition["measure"], given.definition["minutes"]
    walks = measure.walks(xy(origins), xy(places), minutes)
    near = places.iloc[walks.j].assign(at=walks.i)[walks.minutes <= minutes]
    n = len(origins)
    count = lambda hit: np.bincount(near["at"], weights=near[hit].to_numpy(float), minlength=n)  # noqa: E731
    table = pd.DataFrame({"area_code": origins["area_code"]} | {name: count(name) for name in COUNTS})
    worth = np.bincount(near["at"], weights=near["worth"].fillna(0), minlength=n)
    table["security"] = np.divide(worth, table["n_known"], out=np.full(n, np.nan), where=table["n_known"] > 0)
    dates = near[near["n_stated"]].groupby("at")["as_at"].min()
    cover = (
        given.frame(f"places/cover:{cover_table(rule.register_kind)}")
        .set_index("area_code")
        .reindex(table["area_code"])
    )
    table["as_at"] = dates.reindex(table.index).fillna(cover["as_at"].reset_index(drop=True))
    table["coverage"] = cover["coverage"].to_numpy()
    table["null_reason"] = cover["null_reason"].to_numpy()
    told = without_few(table, (count("is_closed") > 0) | table["area_code"].isin(_closed(given)))
    return {"tenure": told}, {"n_known": int(places["n_known"].sum()), "n_stated": int(places["n_stated"].sum())}


def _closed(given: Given) -> pd.Series:
    """The areas whose own council's register clears no rows."""
    areas = given.frame("geography/areas")
    hidden = np.zeros(len(areas), dtype=bool)
    for source in given.definition["closed"]:
        hidden |= claimed(given.definition["geography"], source, areas)
    return areas.loc[hidden, "area_code"]


def without_few(table: pd.DataFrame, closed: pd.Series) -> pd.DataFrame:
    """The table with its null reasons, and without numbers of few where a source that clears no rows bears on an area
    (`closed`), be it by listing nothing there."""
    short, secure, known = table["n_short"], table["n_secure"], table["n_known"]
    # what is told falls into these, each of which could be had from the others
    parts = [table["n_register_buildings"], table["n_stated"] - known, secure, short, known - secure - short]
    table = table.copy()
    for reason, hidden in (("null_reason", few(known)), ("parts_null_reason", few(*parts))):
        table[reason] = table["null_reason"].mask(closed & hidden & table["null_reason"].isna(), "suppressed")
    table.loc[table["parts_null_reason"].notna(), list(PARTS)] = None
    unknown = table["null_reason"].notna()
    table.loc[unknown, [*COUNTS, "security", "as_at"]] = None
    table["coverage"] = table["coverage"].mask(unknown, "unknown")
    return table


def _looked_at(given: Given, rule: TenureSecurity) -> pd.DataFrame:
    """The places that are looked at, a row each with its point, what it counts as, and what is told of its tenure."""
    kinds = given.frame("places/place:place.kinds")
    open_ = kinds[kinds["kind"].isin(rule.kinds) & kinds["is_counted"]]
    listed = kinds[(kinds["kind"] == rule.register_kind) & (kinds["status"] == "open")]
    told = _told(given)
    places = given.frame("places/place", columns=["place_id", "x", "y"]).set_index("place_id").join(told)
    places["n_places"] = places.index.isin(open_["place_id"])
    used = places["use_state"].isin(["in_use", "let"]).to_numpy()
    places["n_register_buildings"] = places.index.isin(listed["place_id"]) & used & ~places["n_places"].to_numpy()
    places = places[places["n_places"] | places["n_register_buildings"]].sort_index()
    band = places["tenure_band"]
    places["n_stated"], places["n_known"] = band.notna(), band.notna() & (band != UNKNOWN)
    places["worth"] = band.map(rule.security).astype("float64")
    places["n_secure"], places["n_short"] = places["worth"] >= 0.8, places["worth"] <= 0.25
    told_of = places["n_stated"] | places["n_register_buildings"]
    places["is_closed"] = places["publish"].fillna("rows").ne("rows") & told_of
    return places


def _told(given: Given) -> pd.DataFrame:
    """By place, the newest present record that says anything of tenure or use; one that may be shown goes first."""
    records = given.frame("places/place_record")
    records = records[records["is_current"] & records["reason"].isna()]
    records = records[records[["tenure_band", "use_state"]].notna().any(axis=1)]
    of = given.frame("places/place:place.records").dropna(subset="place_id").drop_duplicates("record")
    of = of.set_index("record")["place_id"]
    records = records.assign(place_id=of.reindex(records["record"]).to_numpy(), is_closed=records["publish"] != "rows")
    records = records[records["place_id"].notna()]
    best = records.sort_values(["is_closed", "as_at", "record"], ascending=[True, False, True], kind="stable")
    columns = ["place_id", "tenure_band", "use_state", "as_at", "publish"]
    return best.drop_duplicates("place_id")[columns].set_index("place_id")
