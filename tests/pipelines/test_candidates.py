"""Candidate buildings and sites: what is one and what is not, each with evidence of its own source and date, those that
cannot be placed told all the same. What is known without a register is in test_without_a_register.py."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fixtures.making import plant

from pipelines.core.step import output, run
from pipelines.ownership.candidates import CANDIDATE, candidates_step
from pipelines.places.kinds import suits

STOCK = "council_property_offered_within_15_min"
COUNCIL = "S99600002"  # whose register may be shown row by row


@pytest.fixture(scope="module")
def taxonomy(town):
    return town.workspace().register.taxonomy


# ---- what is called so

NAMES = {
    "offered_council_building": {
        True: ["Moss Lane Day Centre", "Former Weighbridge House", "Old Library", "Scout Hut", "Bowls Clubhouse", "Former High School"],
        False: ["Garages, Mill Lane", "Electricity sub-station", "Electricity substation", "Park Bungalow", "Public Toilets", "12 Mill Cottages", "Hill Farm", "Grazing barn", "Playing Fields and Groundsmans House", "Caretakers House"],
    },
    "offered_council_land": {
        True: ["Hale Library Site", "Former Magistrates Courts", "Former Royal Mail Sorting Office", "Site of Former Mill Lane Primary School"],
        False: ["Strip of land behind 3 to 9 Mill Row", "Land at Mill Lane", "Land adjoining Mill Lane Library", "Grazing land", "Town Gate Farm", "Recreation Ground", "Land between No. 3 and the Scout Hut"],
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", NAMES)
def test_what_suits_a_community_by_its_name(taxonomy, kind):
    for expected, names in NAMES[kind].items():
        names = pd.Series(names, dtype="str")
        nothing = pd.Series(None, index=names.index, dtype="str")
        told = suits(taxonomy.kinds[kind], names, nothing, pd.Series(np.nan, index=names.index))
        assert [name for name, is_it in zip(names, told, strict=True) if is_it != expected] == []


def test_a_site_is_small_or_not_one(taxonomy):
    sizes = pd.Series([0.2, 1.0, 1.01, np.nan])
    names = pd.Series(["Land"] * 4, dtype="str")
    assert suits(taxonomy.kinds["public_brownfield_site"], names, names, sizes).tolist() == [True, True, False, False]


# ---- the town


def test_the_council_s_own_buildings_stand_with_what_its_register_says(town):
    rows = town.frame("select * from opportunity where kind like 'council%'").set_index("name")
    assert rows["what"].to_dict() == {
        "Former Weighbridge House": "surplus",
        "Ropewalk Day Centre": "to_transfer",
        "Old Tallyhouse Baths": "vacant",
    }  # no garages, and no strip of land
    assert set(rows["owner_kind"]) == {"public"}
    assert set(rows["owner_name"]) == {"Northbank Council"}
    assert set(rows["tenure_band"]) == {"freehold_or_99_years"}
    assert rows.loc["Old Tallyhouse Baths", "unexpired_years"] == 126  # from 2023-09-29 to 2150-03-24
    assert set(rows["not_known"]) == {"condition, legal state"}


def test_each_candidate_is_one_row_with_every_piece_of_evidence(town):
    first = town.query("""
        select o.opportunity_id from opportunity as o left join opportunity_evidence as e on e.opportunity_id = o.opportunity_id and e.position = 1
        where e.says is distinct from o.evidence or e.source is distinct from o.source or e.as_at is distinct from o.as_at or e.what != o.what""")
    assert first == []
    counts = "select opportunity_id from opportunity_evidence group by all having count(*) != max(position)"
    assert town.query(counts) == []
    assert town.query("select count(*) from opportunity")[0][0] == town.query("select count(distinct place_id) from opportunity")[0][0]  # fmt: skip
    more = "select opportunity_id from opportunity as o where n_evidence != (select count(*) from opportunity_evidence as e where e.opportunity_id = o.opportunity_id)"
    assert town.query(more) == []


def test_nothing_in_a_community_s_hands_is_a_candidate(town):
    held = "select p.place_id from place as p where p.owner_kind = 'community' or p.run_by = 'community'"
    assert len(town.query(held)) > 0
    assert town.query(f"select count(*) from opportunity where place_id in ({held})") == [(0,)]
    stock = town.workspace().register.taxonomy.stock()
    counted = ", ".join(f"'{kind}'" for kind in stock)
    assert town.query(f"select count(*) from place_kind where kind in ({counted}) and place_id in ({held})") == [(0,)]


def test_a_place_that_closed_has_nothing_open_in_it(town):
    rows = town.frame("select * from opportunity where what = 'closed_place'")
    assert len(rows) > 0
    assert rows["not_known"].str.contains("present use").all()
    opened = """
        select count(*) from opportunity as o join place_kind as k using (place_id) join kind as d on d.kind = k.kind
        where o.what = 'closed_place' and k.status = 'open' and d.kind_group in ('place', 'space')"""
    assert town.query(opened) == [(0,)]


def test_what_counts_within_reach_is_a_candidate_that_is_not_too_old(town):
    counted = """
        select k.place_id from place_kind as k join kind as d using (kind)
        where k.is_counted and k.kind in ('offered_council_building', 'offered_council_land', 'closed_place', 'public_brownfield_site', 'heritage_at_risk')
            and k.place_id in (select place_id from place where is_in_areas_asked)"""
    fresh = "select place_id from opportunity where not is_too_old"
    assert set(town.query(counted)) == set(town.query(fresh))


# ---- what cannot be placed


def records(**changes) -> pd.DataFrame:
    row = {
        "record": "register|1", "source": "register", "source_id": "1", "postcode": "M31", "kind": "council_building", "name": "FORMER HILL SCHOOL (DERELICT)", "owner_kind": "public",
        "owner_name": "Hill Council", "tenure": "freehold", "tenure_band": "freehold_or_99_years", "lease_ends": pd.NaT, "unexpired_years": pd.NA,
        "use_state": "vacant", "acv_flag": None, "register_words": "Buildings", "size_ha": np.nan, "run_by": None, "is_row": True,
        "reason": "postcode_not_held", "publish": "rows", "as_at": pd.Timestamp("2025-01-13"),
    }  # fmt: skip
    return pd.DataFrame([{**row, **changes}])


def listed(town, folder, *rows: pd.DataFrame) -> pd.DataFrame:
    """The candidates of a nation of one council and no places, with these rows of its register."""
    workspace = town.workspace()
    for key, tables in (("places/place", ("kinds", "records")), ("places/place_event", ())):
        found = output(town.data, key)
        frames = {name: pd.read_parquet(found.files[f"place.{name}"]).iloc[:0] for name in tables}
        plant(folder, key, {"main": pd.read_parquet(found.path).iloc[:0], **frames})
    every = pd.concat(rows, ignore_index=True).astype({"unexpired_years": "Int64", "lease_ends": "datetime64[ms]"})
    plant(folder, "places/place_record", {"main": every.astype({"acv_flag": "str", "run_by": "str"})})
    areas = pd.DataFrame({"area_code": ["a1", "a2"], "authority_code": ["c1", "c2"]})
    plant(folder, "geography/areas", {"main": areas})
    plant(folder, "geography/scope", {"main": areas[["area_code"]].iloc[:1]})
    step = candidates_step(workspace)
    covers = {"register": {"authority": ["c1"]}, "far": {"authority": ["c2"]}, "two": {"authority": ["c1", "c2"]}}
    told = {**step.definition, "covers": covers, "licences": dict.fromkeys(covers, "ogl3")}
    return pd.read_parquet(run(replace(step, definition=told), folder).path)


def test_what_a_register_calls_vacant_and_cannot_be_placed_is_a_candidate_without_a_place(town, tmp_path):
    table = listed(town, tmp_path, records())
    assert list(table.columns) == list(CANDIDATE.types)
    row = table.iloc[0]
    assert pd.isna(row["place_id"])
    assert pd.isna(row["area_code"])
    assert pd.isna(row["longitude"])
    assert row["authority_code"] == "c1"
    assert (row["name"], row["published_name"]) == ("Former Hill School (Derelict)", "FORMER HILL SCHOOL (DERELICT)")
    assert (row["what"], row["condition"], row["licence"]) == ("vacant", "derelict", "ogl3")
    assert (row["as_at"], row["is_too_old"]) == (pd.Timestamp("2025-01-13"), False)
    assert row["not_known"] == "where it is, but for its postal district M31"


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Garages"},
        {"use_state": "let"},
        {"publish": "aggregates"},  # its licence lets no row be shown
        {"reason": "outside"},
        {"reason": "duplicate"},
        {"is_row": False},
        {"source": "far"},  # of an authority that was not asked
        {"source": "two"},  # of no one authority
    ],
    ids=lambda changes: "-".join(map(str, changes.values())),
)
def test_and_no_other(town, tmp_path, changes):
    assert len(listed(town, tmp_path, records(record="register|2", **changes))) == 0


def test_old_evidence_is_told_to_be_too_old(town, tmp_path):
    old = records(as_at=pd.Timestamp("2019-05-01"))
    undated = records(record="register|2", as_at=pd.NaT)
    assert listed(town, tmp_path, old, undated)["is_too_old"].all()


# ---- what is not known


def test_unknown_stock_is_not_the_stock_of_zero(town):
    """The council's areas without anything within reach score zero; where no register was read there is no score."""
    scores = town.frame("""
        select n.authority_code, s.score, v.value from index_score as s join neighbourhood as n using (area_code)
        join indicator_value as v using (area_code) where s.index_name = 'ownership_opportunity' and v.indicator = ?""".replace("?", f"'{STOCK}'"))  # fmt: skip
    known = scores["value"].notna()
    assert set(scores.loc[known, "authority_code"]) == {COUNCIL}
    assert (scores.loc[known, "score"] == 0).any()
    assert scores.loc[~known, "score"].isna().all()
