"""Registers of land and buildings as the councils publish them: every row accounted for, tenure known wherever it is stated."""

import pandas as pd
import pytest
import requests
from fixtures.making import mirror_held

from geodata.geography import read_geographies
from geodata.records import read_record
from pipelines.places.records import issues, read_records
from pipelines.register.register import DEFINITIONS, read_register
from pipelines.register.taxonomy import Taxonomy
from pipelines.tables.tidy import tidy

ENGLAND = read_geographies()["england_lsoa21"]
TAXONOMY = read_record(Taxonomy, DEFINITIONS / "taxonomy.yml")
NO_CODES = pd.DataFrame({"postcode": pd.Series(dtype="str"), "x": [], "y": []}).set_index("postcode")


@pytest.fixture(scope="module", params=["trafford_land_current", "cheltenham_land_2021"])
def read(request):
    """The source, its table, its records, and what is told of them."""
    source = read_register(ENGLAND).sources[request.param]
    with mirror_held() as mirror:
        answer = requests.get(f"{mirror}/{source.fetch.urls[0].removeprefix('https://')}", timeout=60)
    answer.raise_for_status()
    table, _ = tidy(source, ENGLAND, {"data.csv": answer.content})
    records = read_records(source, ENGLAND, TAXONOMY, table, NO_CODES, pd.Timestamp("2026-11-26"))
    return source, table, records, issues(source, table, records.assign(is_row=True))


def test_every_row_is_read_and_is_the_councils(read):
    source, _, records, _ = read
    assert len(records) == {"trafford_land_current": 608, "cheltenham_land_2021": 498}[source.stem]
    owner = {"trafford_land_current": "Trafford Council", "cheltenham_land_2021": "Cheltenham Borough Council"}
    assert set(records["owner_name"]) == {owner[source.stem]}
    assert set(records["owner_kind"]) == {"public"}
    assert records["kind"].isin(["council_building", "council_land"]).all()
    assert records["name"].notna().all()


def test_tenure_is_known_of_95_in_100_of_the_rows_that_state_it(read):
    _, table, records, told = read
    stated = table["tenure"].notna().to_numpy()
    assert records["tenure"].notna()[stated].mean() >= 0.95
    assert records.loc[stated, "tenure_band"].notna().all()
    assert not set(told["column"]) & {
        "tenure",
        "tenure_category",
        "other_detail",
        "holding_type",
    }  # no word is passed over


def test_what_is_let_or_vacant_is_what_the_register_calls_so(read):
    source, table, records, _ = read
    category = table["tenure_category"].str.casefold().reset_index(drop=True)
    vacant = records["use_state"].reset_index(drop=True) == "vacant"
    assert vacant.equals(category == "vacant")
    assert vacant.sum() == {"trafford_land_current": 187, "cheltenham_land_2021": 13}[source.stem]
    let = records["use_state"].reset_index(drop=True) == "let"
    assert let.sum() == {"trafford_land_current": 123 + 25, "cheltenham_land_2021": 141 + 13 + 1}[source.stem]
    assert (
        records.loc[let.to_numpy(), "tenure_band"] != "freehold_or_99_years"
    ).all()  # the owner's freehold is no tenant's


def test_points_are_on_the_grid_that_each_council_gives(read):
    source, _, records, _ = read
    x, y = records["x"], records["y"]
    near = {"trafford_land_current": (378000, 391000), "cheltenham_land_2021": (394500, 222200)}[source.stem]
    away = ((x - near[0]) ** 2 + (y - near[1]) ** 2) ** 0.5
    assert (
        away.notna().sum() == {"trafford_land_current": 372, "cheltenham_land_2021": 497}[source.stem]
    )  # one has them swapped
    assert (away.dropna() < 12_000).mean() > 0.98
