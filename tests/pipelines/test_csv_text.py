"""The one CSV reader: nothing is shifted, lost or guessed, and every refusal names its line."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.csv_text import read_csv_text, stream_csv_text
from pipelines.core.problem import Problem


def read(text: str, **other) -> pd.DataFrame:
    return read_csv_text("table.csv", text.encode(), **other)


def test_text_as_it_stands():
    frame = read('code,n\n001,"1,014.2"\nNA,\n"",null\n')
    assert frame.astype(object).where(frame.notna(), None).to_dict("list") == {
        "code": ["001", "NA", None],
        "n": ["1,014.2", None, "null"],
    }
    assert frame.index.tolist() == [2, 3, 4]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b\n1,014.2,8\n2,3\n", "line 2 has 3 cells where the heading has 2"),
        ("a,b\n2,3\n1,014.2,8\n", "line 3 has 3 cells"),
        ("a,b\n1,2,\n3,4,\n", "line 2 has 3 cells"),
        ('a,b\n"x\ny",2\n\n1,2,3\n', "line 5 has 3 cells"),
        ("a,b\n1,2\nSource: a census\n", "line 3 has 1 cell where"),
        ("Title\n\na,b\n1,2\n", "line 3 has 2 cells where the heading has 1"),
        ('a,b\n1,"2\n3,4\n', "a quote opened in line 2 is never closed"),
        ('a,b\n1,2\n3,"4', "a quote opened in line 3 is never closed"),
        ("", "it is empty"),
        ("\n\n", "it is empty"),
        ("a,b,a\n1,2,1\n1,2,3\n", "the heading 'a' stands twice, and its columns differ (line 3)"),
    ],
)
def test_refused_with_its_line(text, told):
    with pytest.raises(Problem, match=r"table\.csv") as refused:
        read(text)
    assert told in str(refused.value)


def test_longer_row_beyond_the_columns_used():
    with pytest.raises(Problem, match="line 3 has 4 cells"):
        read("a,b,c\n1,2,3\n1,2,3,4\n", used=["a"], only_used=True)


def test_not_text():
    with pytest.raises(Problem, match="byte 4 is not UTF-8 text"):
        read_csv_text("table.csv", b"a,b\n\xff,2\n")
    assert read_csv_text("t", "a\n£\n".encode("cp1252"), "cp1252")["a"].tolist() == ["£"]


def test_blank_lines_are_no_rows_and_count_as_lines():
    frame = read("a,b\r\n\r\n1,2\r\n   \r\n3,4\r\n\r\n\r\n")
    assert frame.to_numpy().tolist() == [["1", "2"], ["3", "4"]]
    assert frame.index.tolist() == [3, 5]


def test_repeated_headings():
    assert read("a,b,a\n1,2,1\n").columns.tolist() == ["a", "b"]
    assert read("a,b,a\n1,2,9\n", used=["b"]).to_numpy().tolist() == [["1", "2"]]
    assert read("a,b,,\n1,2,,\n").columns.tolist() == ["a", "b", ""]


CELL = st.text(alphabet=st.sampled_from('ab1 ,;"\n\r é'), max_size=5)


@given(st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), min_size=1, max_size=8)))
def test_what_a_writer_wrote_is_read_back(rows):
    kept = io.StringIO(newline="")
    writer = csv.writer(kept, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([[f"h{i}" for i in range(len(rows[0]))], *rows])
    frame = read(kept.getvalue())
    assert frame.astype(object).where(frame.notna(), "").to_numpy().tolist() == rows


def streamed(body: bytes, limit: int = 10_000) -> pd.DataFrame:
    return stream_csv_text("list", lambda: io.BytesIO(body), ["a", "c"], limit)


@pytest.mark.parametrize(
    "body", [b"a,b,c\n1,2,3\n4,,6\n", b"\xef\xbb\xbfa,b,c\r\n1,2,3\r\n4,,6", b'a,b,c\n"1",2,"3"\n4,"",6\n']
)
def test_a_stream_gives_the_columns_asked_for_as_the_whole_file_does(body):
    pd.testing.assert_frame_equal(
        streamed(body), read_csv_text("list", body, used=["a", "c"], only_used=True), check_index_type=False
    )


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"a,b,c\n1,2,3\n4,5\n", "Expected 3 columns, got 2"),
        (b"a,b,c\n1,2,3,4\n", "Expected 3 columns, got 4"),
        (b'a,b,c\n1,"2\n2",3\n', "3 lines, and 2 rows"),
        (b"a,b,c\n1,2,3\n\n4,5,6\n", "4 lines, and 3 rows"),
        (b"", "list: cannot be read as CSV"),
        (b"a,b,c\n" + b"1,2,3\n" * 9_999, "larger than the 0 MB"),
    ],
)
def test_a_stream_refuses_what_it_cannot_tell_apart(body, told):
    with pytest.raises(Problem, match=told):
        streamed(body)
