"""Tenure and use as registers of land and buildings state them: bands by the year, bad values told, axis by a count of its own."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fixtures.making import make_source

from geodata.geography import read_geographies
from geodata.records import DefinitionError, read_record, validate
from pipelines.core.problem import Problem
from pipelines.core.step import output
from pipelines.places.conflate import compared_as, likes
from pipelines.places.records import issues, read_records
from pipelines.places.tenure import band, complete_years
from pipelines.reach.tenure import PARTS, without_few
from pipelines.register.consistency import check
from pipelines.register.place_rule import Places
from pipelines.register.register import DEFINITIONS, read_register
from pipelines.register.taxonomy import Taxonomy
from pipelines.register.tenure import TenureSecurity
from pipelines.tables.tidy import tidy

TOWN = read_geographies()["sample_town"]
TAXONOMY = read_record(Taxonomy, DEFINITIONS / "taxonomy.yml")
AS_AT = pd.Timestamp("2026-03-31")
COLUMNS = {
    "id": {"type": "text"}, "name": {"type": "text", "nullable": True}, "street": {"type": "text", "nullable": True},
    "owner": {"type": "text", "nullable": True}, "tenure": {"type": "text", "nullable": True}, "use": {"type": "text", "nullable": True},
    "flag": {"type": "text", "nullable": True}, "told": {"type": "date", "nullable": True}, "x": {"type": "number"}, "y": {"type": "number"},
    "ends": {"type": "date", "nullable": True, "on_breach": "null", "latest": "3100-01-01"}, "uprn": {"type": "text", "nullable": True},
}  # fmt: skip
HELD = {
    "tenure": [
        {"column": "tenure", "values": {"Freehold": "freehold", "Leasehold": "leasehold", "Licence": "licence"}}
    ],
    "use": [
        {"column": "flag", "values": {"Yes": "to_transfer"}, "no_meaning": ["No"]},
        {"column": "use", "values": {"Vacant": "vacant", "Own": "in_use", "Out": "let", "Licensed": "let"}},
    ],
    "let_as": [{"column": "use", "values": {"Out": "lease", "Licensed": "licence"}, "no_meaning": ["Vacant", "Own"]}],
    "lease_ends": "ends",
    "words": ["use", "flag"],
}
RULE = {
    "kind": "council_building", "id": ["id"], "name": ["name", "street"], "uprn": "uprn", "as_at": "told",
    "point": {"x": "x", "y": "y", "crs": "EPSG:27700"}, "owner": {"kind": "public", "name": "owner"}, "held": HELD,
}  # fmt: skip


def register(**changed):
    return make_source(COLUMNS, places=RULE | changed, covers="nation", publish="rows", rows={"between": [1, 100]})


def read(*given):
    """The records of such rows, and what is told of them."""
    whole = {
        "name": "Hall",
        "owner": "Northbank Council",
        "tenure": "Freehold",
        "use": "Own",
        "told": "2025-09-12",
        "x": 638000,
        "y": 559000,
    }
    frame = pd.DataFrame(
        [whole | {"id": str(n), "x": 638000 + n} | row for n, row in enumerate(given)], columns=list(COLUMNS)
    )
    source = register()
    table = tidy(source, TOWN, {"data.csv": frame.to_csv(index=False).encode()})[0]
    codes = pd.DataFrame({"postcode": [], "x": [], "y": []}).set_index("postcode")
    made = read_records(source, TOWN, TAXONOMY, table, codes, AS_AT)
    return made, issues(source, table, made.assign(is_row=True))


@pytest.mark.parametrize(
    ("since", "until", "years"),
    [
        ("2025-09-12", "2050-09-12", 25),
        ("2025-09-12", "2050-09-11", 24),
        ("2024-02-29", "2049-02-28", 25),  # no 29 February then
        ("2024-02-29", "2048-02-28", 23),
        ("2025-01-31", "2025-01-31", 0),
        ("2025-01-31", None, None),
    ],
)
def test_years_are_complete_ones(since, until, years):
    (found,) = complete_years(pd.Series([pd.Timestamp(since)]), pd.Series([pd.Timestamp(until)]))
    assert (None if pd.isna(found) else int(found)) == years


@pytest.mark.parametrize(
    ("tenure", "use", "let_as", "years", "expected"),
    [
        ("freehold", "in_use", None, None, "freehold_or_99_years"),
        ("freehold", "vacant", None, None, "freehold_or_99_years"),
        ("freehold", None, None, None, "unknown"),  # nobody says who uses it
        ("freehold", "let", "lease", None, "unknown"),  # the owner's freehold is no tenant's
        ("freehold", "let", None, None, "unknown"),
        ("freehold", "let", "lease", 99, "freehold_or_99_years"),
        ("freehold", "let", "lease", 98, "25_to_98_years"),
        ("freehold", "let", "lease", 24, "7_to_24_years"),
        ("freehold", "let", "lease", 6, "under_7_years"),
        ("freehold", "let", "licence", 50, "licence_or_rolling"),
        ("leasehold", "in_use", None, 25, "25_to_98_years"),
        ("leasehold", "in_use", None, None, "unknown"),
        ("licence", "in_use", None, None, "licence_or_rolling"),
        (None, "let", "lease", 7, "7_to_24_years"),
        (None, "in_use", None, None, None),
    ],
)
def test_the_band_is_that_of_those_who_use_it(tenure, use, let_as, years, expected):
    text = lambda value: pd.Series([value], dtype="str")  # noqa: E731
    (found,) = band(text(tenure), text(use), text(let_as), pd.Series([years], dtype="Int64"))
    assert (None if pd.isna(found) else found) == expected


def test_a_row_says_whose_it_is_how_it_is_held_and_what_is_done_with_it():
    made, told = read(
        {"use": "Out", "ends": "2051-09-12", "flag": "No", "uprn": "010012809147"},
        {"use": "Vacant", "flag": "Yes", "name": None, "street": "1 Invented Row"},
    )
    assert not len(told)
    first, second = made.iloc[0], made.iloc[1]
    assert (first["owner_kind"], first["owner_name"], first["tenure"]) == ("public", "Northbank Council", "freehold")
    assert (first["use_state"], first["tenure_band"], first["unexpired_years"]) == ("let", "25_to_98_years", 26)
    assert (first["register_words"], first["uprn"]) == (
        "Out; No",
        "10012809147",
    )  # numbers are written with and without zeros
    assert (second["use_state"], second["name"]) == (
        "to_transfer",
        "1 Invented Row",
    )  # the first column that says anything


def test_bad_values_are_told_and_known_for_nothing():
    made, told = read(
        {"use": "Out", "ends": "2019-12-24"},  # before the row's own date
        {"tenure": "Copyhold"},
        {"use": "Squatted"},
        {"owner": "Mr A. Freeholder"},  # no body: not named, here or in what is told
        {"use": "Out", "ends": "2026-09-29"},
    )
    assert made["tenure_band"].fillna("").tolist() == [
        "unknown",
        "",
        "unknown",  # a use that cannot be read is none that is known
        "freehold_or_99_years",
        "under_7_years",
    ]
    assert made["lease_ends"].notna().tolist() == [False, False, False, False, True]
    assert made["owner_name"].isna().tolist() == [False, False, False, True, False]
    said = told.set_index("column")
    assert set(said.index) == {"ends", "tenure", "use", "owner"}
    assert said.at["ends", "value"] == "2019-12-24"
    assert "ended before" in said.at["ends", "issue"]
    assert said.at["tenure", "value"] == "Copyhold"
    assert "Freeholder" not in told.to_csv()


def test_a_heading_that_stands_twice_and_differs_is_refused():
    head = "id,owner,owner,name,street,tenure,use,flag,told,x,y,ends,uprn"
    row = "1,{},Northbank Council,Hall,,Freehold,Own,,2025-09-12,638000,559000,,"
    same = f"{head}\n{row.format('Northbank Council')}\n".encode()
    assert tidy(register(), TOWN, {"data.csv": same})[0]["owner"].tolist() == ["Northbank Council"]
    with pytest.raises(Problem, match="'owner' stands twice, and its columns differ"):
        tidy(register(), TOWN, {"data.csv": f"{head}\n{row.format('Samplebridge Council')}\n".encode()})


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"owner": None}, "held goes with owner"),
        ({"owner_kind": {"column": "use", "values": {"a": "public"}}}, "give either owner or owner_kind"),
        ({"held": HELD | {"tenure": [{"column": "tenure", "values": {"Freehold": "for_ever"}}]}}, "tenure is one of"),
        ({"held": HELD | {"use": [{"column": "use", "values": {"Vacant": "empty"}}]}}, "use is one of"),
    ],
)
def test_a_block_that_says_what_we_do_not_know_is_refused(changed, message):
    with pytest.raises(DefinitionError, match=message):
        validate(Places, RULE | changed, {}, "places")


def test_every_band_but_the_unknown_has_a_value():
    with pytest.raises(DefinitionError, match="security has a value for each"):
        validate(
            TenureSecurity,
            {"kinds": ["library"], "register": "council_building", "security": {"unknown": 0.5}},
            {},
            "tenure",
        )


def test_kinds_that_are_not_there_are_refused():
    register = read_register(TOWN)
    rule = register.taxonomy.tenure.model_copy(update={"kinds": ["palace"]})
    building = register.taxonomy.kinds["council_building"].model_copy(update={"like_named": {"castle": "castle"}})
    kinds = register.taxonomy.kinds | {"council_building": building}
    taxonomy = register.taxonomy.model_copy(update={"tenure": rule, "kinds": kinds})
    with pytest.raises(DefinitionError) as error:
        check(replace(register, taxonomy=taxonomy))
    assert "there is no kind palace" in str(error.value)
    assert "there is no kind castle" in str(error.value)


def test_a_council_building_is_compared_as_what_its_name_says_it_is():
    names = [
        "Davyhulme Library",
        "Former Partington Library Site",
        "Sale Moor Centre",
        "St Mary's School Hall",
        "Sale Depot",
        None,
    ]
    rows = pd.DataFrame({"kind": "council_building", "name": names})
    rows.loc[len(rows)] = ["council_land", "Library Field"]
    rows.loc[len(rows)] = ["leisure_centre", "Sale Library"]
    found = compared_as(rows, likes(TAXONOMY)).tolist()
    assert found == [
        "library",
        "council_building",
        "community_centre",
        "council_building",
        "council_building",
        "council_building",
        "council_land",
        "sports_facility",
    ]


def test_the_town_tells_leases_of_several_lengths_and_joins_its_libraries(town):
    told = dict(town.query("select name, tenure_band from place where tenure_source = 'trafford_land_current'"))
    assert {
        "Notterside Pavilion": "25_to_98_years",
        "Sluicewick Scout Hut": "under_7_years",
        "Far Exem Band Room": "licence_or_rolling",
    }.items() <= told.items()
    owned = town.query("select count(*) from place where kind = 'library' and owner_name = 'Northbank Council'")
    assert owned[0][0] >= 10
    (away,) = town.query(
        "select p.owner_name, n.authority_name from place as p join neighbourhood as n using (area_code) where p.name = 'Quillside Outdoor Centre'"
    )
    assert away == ("Northbank Council", "Samplebridge")  # beyond its own border it is that council's still
    assert town.query("select distinct source from place_record where source = 'cheltenham_land_2021'") == []
    issues = dict(town.query("select \"column\", value from issue where source = 'trafford_land_current'"))
    assert issues["lease_ends"] == "2019-12-24"


def test_names_points_and_counts_are_those_of_the_lists_of_places(town):
    """What an owner's register says moves and renames nothing that another list has."""
    wrong = "select place_id from place where kind not like 'council%' and 'trafford_land_current' in (name_source, point_source)"
    assert town.query(wrong) == []


def test_the_axis_is_what_a_count_of_its_own_gives(town):
    areas = pd.read_parquet(output(town.data, "geography/areas").path).set_index("area_code")
    rule = town.workspace().register.taxonomy.tenure
    places = town.frame(
        f"""select p.*, exists(from place_kind as k where k.place_id = p.place_id and k.is_counted and k.kind in {tuple(rule.kinds)}) as is_place,
        kinds like '%council_building%' and use_state in ('in_use', 'let') as is_used from place as p"""
    )
    inside = places[places["is_place"] | places["is_used"].fillna(False)]
    x, y = town_points(town, inside)
    told = town.frame("from neighbourhood_tenure where n_places is not null order by area_code")
    known = inside["tenure_band"].map(rule.security)
    assert (told["n_known"] > 0).any()
    for row in told.itertuples():
        home = areas.loc[row.area_code]
        near = np.hypot(x - home["x"], y - home["y"]) * TOWN.detour_factor * TOWN.minutes_per_metre <= 15
        worth = known[near].dropna()
        assert (row.n_places + row.n_register_buildings, row.n_known) == (near.sum(), len(worth))
        assert (
            pd.isna(row.security_score)
            if worth.empty
            else row.security_score == pytest.approx(100 * worth.mean(), abs=0.001)
        )
    read = areas.index[areas["authority_code"].isin(["S99600001", "S99600002"])]
    assert set(told["area_code"]) <= set(read)  # the third council's register is not read
    hidden = "select count(*), count(coalesce(n_known, n_places, n_stated, n_secure)) from neighbourhood_tenure"
    few = town.query(f"{hidden} where null_reason = 'suppressed' and parts_null_reason = 'suppressed'")
    assert few[0][0] > 0  # of the register that clears no rows, too few to be told
    assert few[0][1] == 0


# per area: n_places, n_register_buildings, n_stated, n_known, n_secure, n_short; whether a register that clears no rows
# bears on it; whether the whole is told, and its parts
FEW = [
    ((50, 40, 60, 45, 20, 12), True, True, True),
    ((50, 40, 60, 45, 9, 12), True, True, False),  # nine are secure
    ((50, 40, 60, 45, 20, 0), True, True, False),  # none is short
    ((50, 40, 60, 45, 20, 17), True, True, False),  # eight are neither
    ((50, 40, 50, 45, 20, 12), True, True, False),  # of five it is not known for how long
    ((50, 3, 60, 45, 20, 12), True, True, False),
    ((50, 40, 60, 9, 5, 2), True, False, False),
    ((50, 0, 0, 0, 0, 0), True, False, False),
    ((5, 4, 3, 2, 1, 0), False, True, True),  # of a register that clears its rows
]


def test_of_a_register_that_clears_no_rows_nothing_below_ten_is_told_nor_can_be_had_from_what_is():
    names = ["n_places", "n_register_buildings", "n_stated", "n_known", "n_secure", "n_short"]
    table = pd.DataFrame([counts for counts, *_ in FEW], columns=names, dtype="Int64")
    table = table.assign(
        area_code="a", security=0.5, as_at=pd.Timestamp("2025-01-01"), coverage="observed", null_reason=None
    )
    told = without_few(table, pd.Series([closed for _, closed, *_ in FEW]))
    for row, (counts, _, whole, parts) in zip(told.to_dict("records"), FEW, strict=True):
        is_told = {name: parts if name in PARTS else whole for name in names} | {"security": whole, "as_at": whole}
        assert {name: pd.notna(row[name]) for name in is_told} == is_told, counts
        assert (pd.isna(row["null_reason"]), pd.isna(row["parts_null_reason"])) == (whole, parts), counts
        assert (row["coverage"] == "unknown") != whole


def town_points(town, places: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    exact = pd.read_parquet(output(town.data, "places/place").path).set_index("place_id").loc[places["place_id"]]
    return exact["x"].to_numpy(), exact["y"].to_numpy()
