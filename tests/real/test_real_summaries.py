"""Authority summaries of the published indices, from the publishers' real files: average score, average rank and share in
the most deprived tenth as MHCLG published them, with the council each area stood in then."""

import io

import numpy as np
import pandas as pd
import pytest
import requests
from fixtures.making import mirror_held

from pipelines.scoring.summaries import MEASURES, summarise

FILE_7 = "assets.publishing.service.gov.uk/media/{}/File_7_IoD2025_All_Ranks_Scores_Deciles_Population_Denominators.csv"
CORRECTED, FIRST = FILE_7.format("691ded56d140bbbaa59a2a7d"), FILE_7.format("68ff5daabcb10f6bf9bef911")
PUBLISHED = "www.trafforddatalab.io/open_data/IndicesOfDeprivation/IoD2025/local_authority_district/indices_of_deprivation_2025_lad.csv"
CODE, COUNCIL = "LSOA code (2021)", "Local Authority District code (2024)"
DEPRIVED = "(where 1 is most deprived)"
MOVED = {"E06000062", "E07000177"}  # West Northamptonshire and Cherwell, between which the correction moved an area
TOLERANCES = {"average_score": 0.0006, "average_rank": 0.006, "share_in_highest_tenth": 0.00006}
THEIRS = {
    "average_score": "average_score", "average_rank": "average_rank", "share_in_highest_tenth": "proportion_bottom_decile",
}  # fmt: skip


@pytest.fixture(scope="module")
def held():
    """The corrected File 7 with the council of each release, and the published summaries of the first."""
    with mirror_held() as mirror:

        def read(path: str) -> pd.DataFrame:
            body = requests.get(f"{mirror}/{path}", timeout=60).content
            return pd.read_csv(io.BytesIO(body), encoding="utf-8-sig")

        areas = read(CORRECTED).set_index(CODE)
        first = read(FIRST).set_index(CODE)[COUNCIL]
        return areas.assign(first=first.reindex(areas.index)), read(PUBLISHED)


def of_councils(areas: pd.DataFrame, council: str, score: str, rank: str) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "scope": "E92000001",
            "code": areas[council],
            "rank": areas[f"{rank} {DEPRIVED}"],
            "size": len(areas),
            "score": areas[score],
            "population": areas["Total population: mid 2022"].astype(float),
        }
    )
    return summarise(table).set_index("code")


def differing(found: pd.DataFrame, published: pd.DataFrame, domain: str) -> set[str]:
    """The authorities of which some measure is further from the published one than published decimals leave room for."""
    theirs = published[published["index_domain"] == domain].set_index("area_code").reindex(found.index)
    assert len(found) == len(theirs.dropna()) == 296
    off = {measure: (found[measure] - theirs[name]).abs() > TOLERANCES[measure] for measure, name in THEIRS.items()}
    return set(found.index[np.logical_or.reduce(list(off.values()))])


def imd(areas: pd.DataFrame, council: str) -> pd.DataFrame:
    name = "Index of Multiple Deprivation (IMD)"
    return of_councils(areas, council, f"{name} Score", f"{name} Rank")


def test_all_296_authorities_are_as_published_with_the_councils_of_that_release(held):
    areas, published = held
    found = imd(areas, "first")
    assert differing(found, published, "Index of Multiple Deprivation") == set()
    theirs = published[published["index_domain"] == "Index of Multiple Deprivation"].set_index("area_code")
    for measure, name in THEIRS.items():
        assert (found[f"rank_by_{measure}"] == theirs[f"rank_{name}"].reindex(found.index)).all(), measure


def test_with_the_councils_of_the_correction_two_differ(held):
    areas, published = held
    assert differing(imd(areas, COUNCIL), published, "Index of Multiple Deprivation") == MOVED


@pytest.mark.parametrize(
    ("domain", "score"),
    [
        ("Education, Skills and Training Deprivation", "Education, Skills and Training"),
        ("Health Deprivation and Disability", "Health Deprivation and Disability"),
        ("Crime", "Crime"),
        ("Living Environment Deprivation", "Living Environment"),
    ],
)
def test_so_are_domains_that_are_weighted_by_all_residents(held, domain, score):
    areas, published = held
    assert differing(of_councils(areas, "first", f"{score} Score", f"{score} Rank"), published, domain) == set()


def test_the_straight_line_is_another_extent(held):
    """124 of 296 authorities have another rank by it, so it is no matter of rounding."""
    areas, _ = held
    found = imd(areas, COUNCIL)
    name = f"Index of Multiple Deprivation (IMD) Rank {DEPRIVED}"
    line = np.clip((0.3 - areas[name] / len(areas)) / 0.2, 0, 1)
    people = areas["Total population: mid 2022"]
    by_line = (line * people).groupby(areas[COUNCIL]).sum() / people.groupby(areas[COUNCIL]).sum()
    rank = by_line.rank(method="min", ascending=False).astype("Int64")
    assert (rank != found["rank_by_extent"]).sum() == 124
    assert 0.001 < (by_line - found["extent"]).abs().max() < 0.01
    assert set(MEASURES) <= set(found)
