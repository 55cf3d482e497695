"""A kind that nobody looked for in an area leaves every indicator of reach without a value there, with the reason."""

import pandas as pd
import pytest

from geodata.geography import read_geographies
from pipelines.core.query import run_sql
from pipelines.register.register import read_register

REGISTER = read_register(read_geographies()["sample_town"])
OF_REACH = {stem: i for stem, i in REGISTER.indicators.items() if i.inputs == ["reach"]}
CASES = [(stem, kind) for stem, indicator in OF_REACH.items() for kind in indicator.kinds]
COUNTS = ("n_within_10_min", "n_within_15_min")
# what a reach table holds where nobody looked; and what one would hold that took nothing found for nothing there
BLANK = {"nearest_m": None, "nearest_minutes": None, "gap": None} | dict.fromkeys(COUNTS)
AS_NONE = {"nearest_m": None, "nearest_minutes": None, "gap": "beyond"} | dict.fromkeys(COUNTS, 0)


def value(folder, indicator, unknown: str | None, rest: dict) -> pd.Series:
    """The indicator of one area with two of every kind near by, but for the kind that is unknown."""
    rows = []
    for kind in indicator.kinds:
        row = {
            "area_code": "a",
            "kind": kind,
            "nearest_m": 100.0,
            "nearest_minutes": 1.3,
            "cap_m": 3120.0,
            "gap": "within",
        }
        row |= dict.fromkeys(COUNTS, 2) | {
            "coverage": "observed",
            "null_reason": None,
            "as_at": pd.Timestamp("2025-01-01"),
        }
        rows.append(row | ({**rest, "coverage": "unknown", "null_reason": "not_covered"} if kind == unknown else {}))
    types = dict.fromkeys(COUNTS, "Int64") | dict.fromkeys(("nearest_m", "nearest_minutes"), "float64")
    types |= dict.fromkeys(("gap", "null_reason"), "str")
    path = folder / "reach.parquet"
    pd.DataFrame(rows).astype(types).to_parquet(path)
    return run_sql(indicator.sql, {"reach": [path]}, indicator.stem).iloc[0]


@pytest.mark.parametrize("rest", [BLANK, AS_NONE], ids=["blank", "as if none"])
@pytest.mark.parametrize(("stem", "kind"), CASES)
def test_an_unknown_kind_gives_null_and_the_reason(tmp_path, stem, kind, rest):
    found = value(tmp_path, OF_REACH[stem], kind, rest)
    assert pd.isna(found["value"])
    assert (found["coverage"], found["null_reason"]) == ("unknown", "not_covered")


@pytest.mark.parametrize("stem", OF_REACH)
def test_known_kinds_give_a_value(tmp_path, stem):
    found = value(tmp_path, OF_REACH[stem], None, {})
    assert pd.notna(found["value"])
    assert found["coverage"] == "observed"


def test_every_indicator_that_reads_reach_is_here():
    assert [stem for stem, i in REGISTER.indicators.items() if "reach" in i.inputs and stem not in OF_REACH] == []
