"""Heritage at risk: what of the register is a candidate by its kind and name, what it says of it, and what is told unknown."""

import json

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from pipelines.core.problem import Problem
from pipelines.core.step import output
from pipelines.places.kinds import suits
from pipelines.places.places import best_told
from pipelines.places.tenure import USE
from pipelines.tables.tidy import tidy

STEM = "historic_england_heritage_at_risk_2025"
NAMES = {
    True: ["Former Town Hall", "Guildhall", "Winter Gardens", "Old Library, High Street", "Carriage Works", "Church of St Paul (former)", "Former St Paul's Church", "Sunday Schools", "Police Station", "Gilded Corn Exchange", "King's Head Public House", "Lower Mill"],
    False: ["Courtfield House", "Walls to Moreton Hall", "Ruins of Old Library", "Town Bridge", "Market Cross", "Rudloe Manor", "Schoolmaster's Cottages", "Gatehouse to Union House", "Ravensworth Castle", "Mill Farmhouse", "12, Close", "Town Wall", "Mausoleum", "Ring ditch"],
}  # fmt: skip


@pytest.mark.parametrize("expected", NAMES)
def test_what_a_community_might_use_by_its_name(town, expected):
    kind = town.workspace().register.taxonomy.kinds["heritage_at_risk"]
    names = pd.Series(NAMES[expected], dtype="str")
    nothing = pd.Series(None, index=names.index, dtype="str")
    told = suits(kind, names, nothing, pd.Series(np.nan, index=names.index))
    assert [name for name, is_it in zip(names, told, strict=True) if is_it != expected] == []


def test_each_candidate_says_its_list_entry_and_date_and_that_its_owner_is_not_known(town):
    rows = town.frame("select * from opportunity where what = 'heritage_at_risk'")
    assert len(rows) > 15
    assert rows["evidence"].str.contains(r"on the national register of heritage at risk \(entry: .+; list entry: 99\d{5}; category: ").all()  # fmt: skip
    assert set(rows["as_at"].dt.strftime("%Y-%m-%d")) == {"2025-11-01"}
    assert set(rows["source"]) == {STEM}
    assert rows["not_known"].str.contains("owner, tenure").all()
    used = rows["evidence"].str.extract(r"occupancy: (\w+)")[0]
    assert set(used.dropna()) == {"Vacant", "Unknown"}  # what is occupied is none
    assert (rows["not_known"].str.contains("present use") == (used != "Vacant")).all()
    graded = rows["evidence"].str.extract(r"condition: ([\w ]+)")[0].str.lower()
    assert set(graded.dropna()) == {"very bad", "poor", "fair"}
    assert (rows["condition"].fillna("") == graded.fillna("")).all()
    assert (rows["not_known"].str.contains("condition") == graded.isna()).all()  # unknown is said, and never guessed


def test_only_what_it_assesses_as_buildings_is_a_place_of_ours(town):
    records = pd.read_parquet(output(town.data, "places/place_record").path).query(f"source == '{STEM}'")
    assert set(records.loc[records["reason"].isna(), "kind"]) == {"heritage_entry"}
    assert set(records["reason"].dropna()) == {"not_a_place"}
    others = records.loc[records["reason"].notna(), "name"].str.cat(sep=" ")
    assert all(word in others for word in ("Ring ditch", "Park", "Battle", "wreck", "Market", "Church hall"))
    named = town.frame("select name from opportunity where what = 'heritage_at_risk'")["name"].str.cat(sep="; ")
    assert not any(word in named for word in ("Walls", "Ruins", "Manor", "Ring ditch", "Battle", "wreck"))


def test_what_is_occupied_held_by_a_community_or_prayed_in_is_none(town):
    joined = town.query(f"""
        select p.kind, bool_or(k.kind = 'heritage_at_risk') from place as p join place_kind as k using (place_id)
        where p.place_id in (select place_id from place_record where source = '{STEM}') and p.kind != 'heritage_entry' group by all""")
    assert dict(joined) == {"pub": False, "community_centre": False}
    assert town.query("select count(*) from opportunity join place using (place_id) where in_community_hands") == [(0,)]


def test_what_the_register_says_of_a_place_never_hides_what_its_owner_s_register_says():
    """Of two records of one place, the owner's word on its use stands, however much newer the entry is."""
    rows = pd.DataFrame(
        {
            "place_id": "p1", "is_listing": [True, False], "is_current": True, "is_hidden": False, "shares": 0, "turn": [0, 9],
            "as_at": pd.to_datetime(["2025-11-01", "2023-01-01"]), "record": ["a", "b"], "source": ["heritage", "council"],
            "use_state": [None, "vacant"], "acv_flag": None, "register_words": ["entry: Town Hall", "Buildings"],
        }
    )  # fmt: skip
    told = best_told(rows, USE)
    assert told.loc["p1", ["source", "use_state", "register_words"]].tolist() == ["council", "vacant", "Buildings"]
    alone = best_told(rows.iloc[:1], USE)
    assert alone.loc["p1", "register_words"] == "entry: Town Hall"


def test_it_is_told_beside_the_index_for_its_register_is_not_alike_across_the_nation(town):
    """London's has grade II too: a richer local list never moves a rank."""
    assert town.query("select count(*) from index_member where member like 'heritage%'") == [(0,)]
    known = town.query("select count(value) filter (where value > 0), count(*) - count(value) from indicator_value where indicator = 'heritage_at_risk_within_15_min'")[0]  # fmt: skip
    assert known[0] > 0
    assert known[1] == 0


def test_a_place_that_carries_no_mark_has_none_of_it(town):
    worship = "select place_id from place where kind = 'place_of_worship'"
    assert town.query(f"select count(*) from place_kind where kind like 'heritage%' and place_id in ({worship})") == [
        (0,)
    ]
    assert town.query(f"select count(*) from place where register_words like 'entry:%' and place_id in ({worship})") == [(0,)]  # fmt: skip
    assert town.query(f"select n_rows from record_count where source = '{STEM}' and rule like 'it would mark a place%'") == [(1,)]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "words", "is_one"),
    [
        ("Cross Street Chapel (former)", "condition: Poor", True),
        ("Market Cross", "condition: Poor", False),
        ("Corn Exchange", "category: Scheduled Monument; condition: Very bad", True),
        ("Monument in the market hall", "condition: Poor", False),
        ("Thistle Inn", "condition: Fair; occupancy: Occupied", False),
        ("Thistle Inn", "condition: Fair; occupancy: Part occupied", True),
        ("Public baths", "priority: F", False),
        ("Public baths", "priority: C", True),
    ],
)
def test_which_a_community_might_use(town, name, words, is_one):
    """Not what is in use, nor (F) what has a repair under way and a user found."""
    kind = town.workspace().register.taxonomy.kinds["heritage_at_risk"]
    assert suits(kind, pd.Series([name]), pd.Series([words]), pd.Series([None])).tolist() == [is_one]


# ---- the forms it comes in


def held(town) -> dict[str, bytes]:
    folder = town.data / "snapshots" / STEM
    (content,) = [path for path in folder.iterdir() if path.is_dir()]
    return {path.name: path.read_bytes() for path in content.iterdir()}


def table(town, files: dict[str, bytes]) -> pd.DataFrame:
    workspace = town.workspace()
    return tidy(workspace.register.sources[STEM], workspace.geography, files)[0]


def test_a_layer_without_condition_and_priority_is_read_all_the_same(town):
    (name, body), before = next(iter(held(town).items())), table(town, held(town))
    page = json.loads(body)
    for feature in page["features"]:
        for heading in ("Condition", "Priority", "Occupancy"):
            del feature["properties"][heading]
    after = table(town, {name: json.dumps(page).encode()})
    told = ["condition", "priority", "occupancy"]
    assert after[told].isna().all(axis=None)
    assert before[told].notna().any().all()
    same = [column for column in before if column not in told]
    pd.testing.assert_frame_equal(after[same], before[same])


def test_a_file_of_outlines_in_web_mercator_from_the_inbox_is_read_too(town):
    """As the publisher's hub gives it."""
    (name, body), before = next(iter(held(town).items())), table(town, held(town))
    layer = geopandas.read_file(body.decode()).to_crs("EPSG:3857")
    layer["geometry"] = shapely.buffer(layer.geometry.to_numpy(), 5, quad_segs=2)
    page = json.loads(layer.to_json())
    page["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    after = table(town, {name: json.dumps(page).encode()})
    assert len(after) == len(before)
    assert np.allclose(after[["longitude", "latitude"]], before[["longitude", "latitude"]], atol=1e-4)


def test_a_layer_that_does_not_say_how_each_was_assessed_is_refused(town):
    (name, body) = next(iter(held(town).items()))
    with pytest.raises(Problem, match="Risk_Metho"):
        table(town, {name: body.replace(b"Risk_Metho", b"Assessed")})
