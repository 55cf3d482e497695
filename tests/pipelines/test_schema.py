"""What a step declares of its tables is held when they are written: nothing else reaches the steps that read them."""

import pandas as pd
import pytest

from pipelines.core.problem import Problem
from pipelines.core.schema import schema
from pipelines.core.step import Step, output, run
from pipelines.release.steps import all_steps

DECLARED = schema("area_code str, value float64?, n int64, is_open bool, as_at datetime64[ms]?", key="area_code")
ROWS = {"area_code": ["S1", "S2"], "value": [1.5, None], "n": [1, 2], "is_open": [True, False], "as_at": [None, "2026-01-31"]}  # fmt: skip


def table(**changed) -> pd.DataFrame:
    return pd.DataFrame(ROWS | changed)


def test_every_column_is_of_its_type_in_the_order_declared():
    held = DECLARED.held(table()[["n", "area_code", "as_at", "is_open", "value"]], "x")
    assert {name: str(kind) for name, kind in held.dtypes.items()} == dict(DECLARED.types)
    assert held["n"].tolist() == [1, 2]


def test_a_table_without_rows_has_the_types_of_one_with_rows():
    held = DECLARED.held(pd.DataFrame(columns=list(ROWS)), "x")
    assert {name: str(kind) for name, kind in held.dtypes.items()} == dict(DECLARED.types)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (table().drop(columns="value"), "column value is missing"),
        (table(more=1), "column more is not declared"),
        (table(n=[1, None]), "column n is null in 1 rows, the first area_code S2"),
        (table(n=[1, 2.5]), "column n is no int64"),
        (table(is_open=[True, None]), "column is_open is null in 1 rows, the first area_code S2"),
        (table(is_open=["yes", "no"]), "column is_open is no bool"),
        (table(value=["1", "many"]), "column value is no float64"),
        (table(area_code=["S1", None]), "column area_code is null in 1 rows"),
        (table(area_code=["S1", "S1"]), "two rows share area_code in 1 rows, the first area_code S1"),
    ],
)
def test_a_breach_is_told_by_table_column_and_first_row(broken, said):
    with pytest.raises(Problem) as told:
        DECLARED.held(broken, "indices/hardship")
    assert str(told.value).startswith("indices/hardship: ")
    assert said in str(told.value)


@pytest.mark.parametrize(("columns", "key"), [("a text", ""), ("a str", "b")])
def test_a_schema_names_types_and_columns_there_are(columns, key):
    with pytest.raises(ValueError, match="no type or column"):
        schema(columns, key)


def test_a_step_that_breaks_its_schema_leaves_the_output_before(tmp_path):
    def made(frame: pd.DataFrame) -> Step:
        return Step("places/x", "g", "", (), {"x": frame}, _given, {"x": DECLARED})

    run(made(table()), tmp_path)
    before = output(tmp_path, "places/x").path.read_bytes()
    with pytest.raises(Problem, match="two rows share"):
        run(made(table(area_code=["S1", "S1"])), tmp_path)
    assert output(tmp_path, "places/x").path.read_bytes() == before


def _given(given):
    return dict(given.definition), {}


def test_every_table_of_every_step_is_declared(town):
    for step in all_steps(town.workspace()):
        assert set(output(town.data, step.key).files) == set(step.schemas), step.key
