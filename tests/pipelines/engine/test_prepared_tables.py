"""Tables whose columns are divided, screened and imputed: a whole index against a calculation in plain numpy, and each step
by hand; what was imputed or left out is told, and never counted as observed."""

import numpy as np
import pandas as pd
import pytest
from fixtures.indices import make_tree
from scipy.stats import kurtosis, skew

from pipelines.core.problem import Problem
from pipelines.indices.any_table import Asked, score_table

NAN = np.nan
N = 40


def table() -> pd.DataFrame:
    """Forty made-up units: counts, rates with far-off values, gaps, a column that is hardly known, a unit that is not."""
    random = np.random.default_rng(20)
    frame = pd.DataFrame({"unit": [f"u{n:02}" for n in range(N)], "half": ["east", "west"] * (N // 2)})
    frame["people"] = random.integers(50, 900, N).astype(float)
    frame["trade"] = random.gamma(2, 500, N)
    frame["far"] = np.append(random.normal(10, 2, N - 3), [90, 120, 300])
    frame["steep"] = np.exp(random.normal(0, 3, N))
    frame["tariff"] = random.normal(5, 1, N)
    frame["votes"] = random.uniform(0, 1, N)
    frame["rare"] = random.normal(size=N)
    for name, rows in {"people": [4], "trade": [1], "far": [2, 9], "tariff": [5, 6, 7], "votes": [8, 11], "rare": range(30)}.items():  # fmt: skip
        frame.loc[list(rows), name] = NAN
    frame.loc[33, ["trade", "far", "steep", "tariff"]] = NAN
    return frame


def index():
    """Two groups under an index, one with a group below it; every step that a definition may name."""
    domains = {
        "links": {"weight": 0.6, "domains": {
            "goods": {"weight": 0.7, "members": {
                "trade": {"weight": 0.5, "denominate": {"by": "people", "per": 1000}},
                "tariff": {"weight": 0.5, "direction": "higher_is_less_need", "impute": "median"},
            }},
            "rest": {"weight": 0.3, "members": {"far": 0.75, "rare": 0.25}},
        }},
        "base": {"weight": 0.4, "members": {"steep": {"weight": 0.5, "treatment": "log"}, "votes": {"weight": 0.5, "impute": "none"}}},
    }  # fmt: skip
    return make_tree(
        domains,
        area_column="unit",
        normalise="min_max",
        screen={"members": 0.5, "areas": 0.6},
        impute={"by": "mean", "within": "half"},
        treatment={"rule": "winsorise", "points": 3},
    )


def in_plain_numpy() -> tuple[np.ndarray, np.ndarray]:
    """The scores and the weight observed, row by row, with none of the engine's functions."""
    frame = table()
    columns = {name: frame[name].to_numpy().copy() for name in ("trade", "tariff", "far", "steep", "votes")}
    columns["trade"] = columns["trade"] / frame["people"].to_numpy() * 1000
    keep = np.array([np.mean([not np.isnan(columns[name][row]) for name in columns]) >= 0.6 for row in range(N)])
    seen = {name: keep & ~np.isnan(column) for name, column in columns.items()}
    east = (frame["half"] == "east").to_numpy()
    for name in ("trade", "far", "steep"):
        for group in (east, ~east):
            columns[name][keep & group & ~seen[name]] = np.mean(columns[name][group & seen[name]])
    columns["tariff"][keep & ~seen["tariff"]] = np.median(columns["tariff"][seen["tariff"]])
    for name in columns:
        columns[name][~keep] = NAN
    far, moved = columns["far"], 0
    while moved < 3 and skew(far[keep], bias=False) > 2 and kurtosis(far[keep], bias=False) > 3.5:
        most = np.nanmax(far)
        far[far == most] = np.nanmax(far[far < most])
        moved += 1
    assert moved == 3
    steep = columns["steep"]
    columns["steep"] = np.log(steep - np.nanmin(steep) + 0.01 * (np.nanmax(steep) - np.nanmin(steep)))
    columns["tariff"] = -columns["tariff"]
    scaled = {n: 100 * (c - np.nanmin(c)) / (np.nanmax(c) - np.nanmin(c)) for n, c in columns.items()}
    scores, observed = np.full(N, NAN), np.zeros(N)
    for row in np.flatnonzero(keep):
        value, known = ({n: float(c[row]) for n, c in which.items()} for which in (scaled, seen))
        goods, base = (value["trade"] + value["tariff"]) / 2, value["steep"]
        if known["votes"]:
            base = (value["steep"] + value["votes"]) / 2
        # rare is left out: a quarter of `rest` is never observed, and what is above weighs so much less
        links = (0.7 * goods + 0.3 * 0.75 * value["far"]) / 0.925
        if not known["far"]:  # nor is anything else of `rest`, so it has no score, imputed or not
            links = goods
        of_links = 0.7 * (known["trade"] + known["tariff"]) / 2 + 0.3 * 0.75 * known["far"]
        of_base = (known["steep"] + known["votes"]) / 2
        scores[row] = (0.6 * 0.925 * links + 0.4 * base) / (0.6 * 0.925 + 0.4)
        observed[row] = 0.6 * of_links + 0.4 * of_base
    return scores, observed


def test_an_index_with_every_step_is_what_plain_numpy_makes_of_it():
    notes: list[str] = []
    found = score_table(index(), table(), "t.csv", tell=notes.append)
    expected, observed = in_plain_numpy()
    np.testing.assert_allclose(found["score"], expected, rtol=0, atol=1e-9, equal_nan=True)
    np.testing.assert_allclose(found["weight_observed"], observed, rtol=0, atol=1e-9)
    assert found["score"].isna().sum() == 1
    assert found.loc[[1, 2, 4, 5, 8], "imputed"].tolist() == ["trade", "far", "trade", "tariff", ""]
    assert (found["imputed"] != "").sum() == 7
    assert found.loc[33, "known_share"] == pytest.approx(0.2)
    assert notes == [
        "t.csv: rare is left out for all areas: it is known in 25% of them",
        "t.csv: 1 area is left out, where less than 60% of the members is known: u33",
        "t.csv: 7 of 195 values are imputed; the column `imputed` says which",
    ]


def test_spread_and_pushes_of_a_prepared_table():
    found = score_table(index(), table(), asked=Asked(spread=True, explain=True))
    scored = found["score"].notna()
    np.testing.assert_allclose(
        found["starts_from"] + found["push_links"] + found["push_base"], found["score"], atol=1e-9
    )
    assert "push_links/rare" not in found
    assert found.loc[scored, "rank_median"].notna().all()
    assert found.loc[~scored, "rank_median"].isna().all()


def few(members: dict, columns: dict, notes: list | None = None, domain: dict | None = None, **more) -> pd.DataFrame:
    """A table of few areas scored as it stands."""
    made = make_tree({"d": {**(domain or {}), "members": members}}, normalise="none", minimum_weight=0, **more)
    frame = pd.DataFrame({"area": [f"n{row}" for row in range(len(next(iter(columns.values()))))], **columns})
    return score_table(made, frame, "t.csv", tell=(notes if notes is not None else []).append)


def test_a_count_is_divided_and_so_many_per_it():
    notes: list[str] = []
    members = {"clubs": {"weight": 1, "denominate": {"by": "people", "per": 1000}}}
    found = few(members, {"clubs": [3, 0, 5, NAN, 2], "people": [1500, 10, 0, 0, NAN]}, notes)
    assert found["score"].tolist() == pytest.approx([2, 0, NAN, NAN, NAN], nan_ok=True)
    assert notes == ["t.csv: 'clubs' is not known in row 4, where 'people' is 0"]
    assert few({"clubs": {"weight": 1, "denominate": "people"}}, {"clubs": [3], "people": [6]})["score"].item() == 0.5


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"clubs": [1, 2], "people": [5, -1]}, "row 3, column 'people': there cannot be fewer than none"),
        ({"clubs": [1, 2], "people": [5, "many"]}, "row 3, column 'people': 'many' is not a number"),
        ({"clubs": [1, 1e300], "people": [5, 1e-300]}, "row 3, column 'clubs': divided by 'people' it is beyond any number"),
        ({"clubs": [1, 2]}, "has no column 'people'"),
    ],
)  # fmt: skip
def test_what_cannot_be_divided_is_told_with_row_and_column(columns, told):
    with pytest.raises(Problem, match=told):
        few({"clubs": {"weight": 1, "denominate": "people"}}, columns)


def test_a_rate_that_was_divided_may_be_shrunk():
    plain = {"weight": 1, "denominate": {"by": "people", "per": 100}}
    drawn = {**plain, "shrink": {"denominator": "people", "within": "council"}}
    columns = {"ill": [2, 90, 80, 70], "people": [2, 900, 900, 900], "council": ["c"] * 4}
    before, after = few({"ill": plain}, columns)["score"], few({"ill": drawn}, columns)["score"]
    assert before[0] == 100
    assert after[0] < 70
    assert after[1:].tolist() == pytest.approx(before[1:].tolist(), abs=0.5)


@pytest.mark.parametrize(
    ("impute", "expected"),
    [
        ("none", [1, 2, 9, 5, NAN, NAN]),
        ("mean", [1, 2, 9, 5, 4.25, 4.25]),
        ("median", [1, 2, 9, 5, 3.5, 3.5]),
        ({"by": "mean", "within": "g"}, [1, 2, 9, 5, 4, NAN]),
        ({"by": "median", "within": "g"}, [1, 2, 9, 5, 2, NAN]),
    ],
)
def test_a_gap_is_filled_from_all_or_from_its_group(impute, expected):
    columns = {"a": [1, 2, 9, 5, NAN, NAN], "g": ["x", "x", "x", "y", "x", None]}
    domain = {"minimum_weight": 0}
    found = few({"a": {"weight": 1, "impute": impute}}, columns, domain=domain)
    assert found["score"].tolist() == pytest.approx(expected, nan_ok=True)
    assert found["weight_observed"].tolist() == [1, 1, 1, 1, 0, 0]
    filled = ["" if k < 4 or np.isnan(v) else "a" for k, v in enumerate(expected)]
    if impute == "none":
        assert "imputed" not in found
    else:
        assert found["imputed"].tolist() == filled


def test_a_group_of_which_nothing_is_known_stays_so():
    columns = {"a": [1, 2, NAN], "g": ["x", "x", "y"]}
    assert few({"a": 1}, columns, impute={"by": "mean", "within": "g"})["score"].isna().tolist() == [False, False, True]


def test_imputing_earns_no_score_where_too_little_was_observed():
    members = {"a": 0.4, "b": 0.4, "c": 0.2}
    columns = {"a": [1, NAN, 3], "b": [1, 5, NAN], "c": [1, NAN, NAN]}
    found = few(members, columns, impute="mean", domain={"minimum_weight": 0.5})
    assert found["score"].notna().tolist() == [True, False, False]  # .4 of the weight is observed of the others
    found = few(members, columns, impute="mean", domain={"minimum_weight": 0.4})
    assert found["score"].tolist() == pytest.approx([1, 0.4 * 2 + 0.4 * 5 + 0.2, 0.4 * 3 + 0.4 * 3 + 0.2])
    assert found["weight_observed"].tolist() == pytest.approx([1, 0.4, 0.4])
    assert found["imputed"].tolist() == ["", "a; c", "b; c"]


def test_a_mean_that_needs_all_its_parts_may_have_them_imputed():
    found = few({"a": 0.5, "b": 0.5}, {"a": [4, 9], "b": [4, NAN]}, impute="mean", domain={"aggregate": "geometric"})
    assert found["score"].tolist() == pytest.approx([4, 6])
    assert found["weight_observed"].tolist() == [1, 0.5]


def test_a_domain_that_screening_leaves_empty_is_told():
    with pytest.raises(Problem, match="no member of d is known in enough areas"):
        few({"a": 1}, {"a": [1, NAN, NAN]}, screen={"members": 0.5})


def test_members_beside_the_index_do_not_screen_areas():
    domains = {"d": {"members": {"a": 1}}, "e": {"beside": True, "members": {"b": 1}}}
    made = make_tree(domains, normalise="none", screen={"areas": 1})
    found = score_table(made, pd.DataFrame({"area": ["n1", "n2"], "a": [1, 2], "b": [NAN, 1]}))
    assert found["known_share"].tolist() == [1, 1]
    assert found["score"].tolist() == [1, 2]


def test_areas_left_out_have_no_say_in_the_scale_of_others():
    made = make_tree({"d": {"members": {"a": 0.5, "b": 0.5}}}, normalise="min_max", screen={"areas": 0.9})
    found = score_table(made, pd.DataFrame({"area": ["n1", "n2", "n3"], "a": [1, 2, 1000], "b": [1, 2, NAN]}))
    assert found["score"].tolist() == pytest.approx([0, 100, NAN], nan_ok=True)
    assert found["weight_observed"].tolist() == [1, 1, 0]
