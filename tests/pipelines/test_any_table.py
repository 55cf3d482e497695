"""Any index over any table; above all, the published Index of Multiple Deprivation from its published domain ranks."""

import io

import numpy as np
import pandas as pd
import pytest
import requests
from fixtures.making import make_index

from pipelines.core.problem import Problem
from pipelines.indices.any_table import score_file, score_table
from pipelines.register.register import DEFINITIONS
from pipelines.scoring.definition import read_index

FILE_7 = "assets.publishing.service.gov.uk/media/691ded56d140bbbaa59a2a7d/File_7_IoD2025_All_Ranks_Scores_Deciles_Population_Denominators.csv"
IMD = DEFINITIONS / "indices" / "imd_2025.yml"
SWAPPED = {"E01001608", "E01030242"}  # their scores differ by less than the published ranks' rounding


def test_the_published_imd_2025_is_rebuilt_for_every_neighbourhood(mirror):
    body = requests.get(f"{mirror}/{FILE_7}", timeout=60).content
    published = pd.read_csv(io.BytesIO(body), encoding="utf-8-sig").set_index("LSOA code (2021)")
    found = score_table(read_index(IMD), published.reset_index()).set_index("LSOA code (2021)").reindex(published.index)
    assert len(found) == 33_755
    off = (found["score"] - published["Index of Multiple Deprivation (IMD) Score"]).abs()
    assert off.max() < 0.001
    ranks = pd.DataFrame(
        {
            "ours": found["rank"],
            "theirs": published["Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)"],
        }
    )
    differ = ranks[ranks["ours"] != ranks["theirs"]]
    assert set(differ.index) == SWAPPED
    assert sorted(differ["ours"]) == sorted(differ["theirs"]) == [25_613, 25_614]


def small(rows=4) -> pd.DataFrame:
    headings = [member.heading for _, _, member in read_index(IMD).members]
    ranks = np.arange(1, rows + 1)
    return pd.DataFrame({"LSOA code (2021)": [f"X{i}" for i in ranks]} | dict.fromkeys(headings, ranks))


def test_an_area_first_in_every_domain_scores_the_sum_of_the_weights():
    found = score_table(read_index(IMD), small())
    assert found["score"].iloc[0] == pytest.approx(99.9)  # the published weights sum to .999
    assert found["rank"].tolist() == [1, 2, 3, 4]
    assert found["decile"].tolist() == [3, 5, 8, 10]  # ceil(10 rank / 4)


def test_a_missing_heading_is_named():
    with pytest.raises(Problem, match=r"mine\.csv: has no column 'Crime Rank \(where 1 is most deprived\)'"):
        score_table(read_index(IMD), small().drop(columns="Crime Rank (where 1 is most deprived)"), "mine.csv")


def test_a_repeated_area_is_named():
    with pytest.raises(Problem, match="holds 'X1' more than once"):
        score_table(read_index(IMD), pd.concat([small(), small().head(1)]), "mine.csv")


def test_a_cell_that_is_no_number_is_told_with_row_and_column():
    frame = pd.DataFrame({"area": ["a", "b"], "m": ["1", "many"]})
    with pytest.raises(Problem, match=r"row 3, column 'm': 'many' is not a number"):
        score_table(make_index({"d": {"members": {"m": 1}}}), frame, "mine.csv")


def test_an_empty_cell_is_unknown_not_zero():
    frame = pd.DataFrame({"area": ["a", "b", "c"], "m": [1.0, np.nan, 0.0]})
    found = score_table(make_index({"d": {"members": {"m": 1}}}, normalise="percentile"), frame).set_index("area")
    assert np.isnan(found.loc["b", "score"])
    assert pd.isna(found.loc["b", "rank"])
    assert found.loc["c", "score"] == 25
    assert found["weight_observed"].tolist() == [1, 0, 1]


def test_csv_and_parquet_give_the_same_scores(tmp_path):
    small().to_csv(tmp_path / "t.csv", index=False)
    small().to_parquet(tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(score_file(IMD, tmp_path / "t.csv"), score_file(IMD, tmp_path / "t.parquet"))
