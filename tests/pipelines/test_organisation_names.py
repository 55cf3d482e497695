"""Names that are surely an organisation's are kept; whatever may be a person's is not, and is counted without being told."""

import pandas as pd
import pytest
from fixtures.making import make_source

from geodata.geography import read_geographies
from pipelines.tables.organisations import LEFT_OUT, surely_organisations
from pipelines.tables.tidy import tidy


@pytest.mark.parametrize(
    ("name", "is_kept"),
    [
        ("Hatcham Conservation Society", True),
        ("Lee Forum", True),
        ("Honor Oak and Crofton Park Neighbourhood Forum", True),
        ("The Midi Music Company", True),
        ("Friends of the Magdala", True),
        ("Town Council", True),
        ("Save Our Hall Campaign", True),
        ("Ann Example", False),
        ("Keep the Swan as a Pub", False),
        ("Mrs A Example, Lee Forum", False),
        ("A Example on behalf of Lee Forum", False),
        ("Cllr Example (Parish Council)", False),
        ("Chair of Lee Forum", False),
        ("Lee Forum, ann@example.org", False),
        ("Lee Forum 02079460000", False),
        (None, False),
    ],
)
def test_only_what_is_surely_a_body_is_kept(name, is_kept):
    assert surely_organisations(pd.Series([name])).tolist() == [is_kept]


def test_a_name_left_out_is_counted_and_not_told():
    source = make_source(
        rows={"between": [1, 10]},
        columns={
            "reference": {"from": "reference", "type": "text"},
            "nominating_group": {"from": "by", "type": "organisation", "nullable": True},
        },
    )
    body = b"reference,by\n1,Lee Forum\n2,Ann Example\n3,\n4,Bob Example\n"
    table, issues = tidy(source, read_geographies()["sample_town"], {"data.csv": body})
    assert table["nominating_group"].fillna("").tolist() == ["Lee Forum", "", "", ""]
    assert issues[["row", "column", "value", "issue"]].to_numpy().tolist() == [
        [0, "nominating_group", "", f"{LEFT_OUT} (2 cells)"]
    ]
    assert "Example" not in issues.to_string()
