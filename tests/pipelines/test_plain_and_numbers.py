"""Texts made plain and numbers read by the column say what they say one by one."""

import math

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.plain_text import plain, plain_texts
from pipelines.tables.tidy import _numbers

ODD = st.text(alphabet="ab <>=+-@.1\t\n\u00a0\u2003\u200b\u3000é한\x85\u202f\u205f\u1680\ufeff/&'\"", max_size=9)


@given(st.lists(st.one_of(st.none(), ODD, st.text(max_size=5), st.just("x" * 600)), max_size=30))
def test_a_column_made_plain_is_each_of_its_texts_made_plain(texts):
    column = pd.Series(texts, dtype="str")
    one_by_one = [None if text is None else plain(text) or None for text in texts]
    assert plain_texts(column).astype(object).where(lambda c: c.notna(), None).tolist() == one_by_one


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=30))
def test_a_number_is_read_as_it_was_written(numbers):
    assert _numbers(pd.Series([repr(n) for n in numbers], dtype="str")).tolist() == numbers


def test_what_is_not_written_as_a_number_is_none():
    texts = ["1,014.2", "0x1", "1_0", "inf", "nan", "٣", "1 2", "--1", "e5", ".", None, "1e999"]
    assert all(math.isnan(n) for n in _numbers(pd.Series(texts, dtype="str")))
    assert _numbers(pd.Series(["+1", "5.", ".5", "-1E-3"], dtype="str")).tolist() == [1, 5, 0.5, -0.001]
