"""Lists of assets of community value read onto the field names of the national specification, each by its own block."""

import pandas as pd
import pytest

from geodata.geography import read_geographies
from pipelines.ownership.legal import entries_of
from pipelines.places.records import meaning
from pipelines.register.register import read_register
from pipelines.tables.tidy import tidy

TOWN = read_geographies()["sample_town"]
SOURCES = read_register(TOWN).sources
HEADINGS = (
    "entity,reference,name,address-text,organisation,point,decision,decision-date,nomination-date,expiry-date,"
    "notification-to-sell-date,interested-group,nominating-group,protected-period-start-date,start-date,end-date,entry-date"
)


def national(*rows: str) -> pd.DataFrame:
    placed = [
        row.replace(",local-authority:ZZ1,,", f",local-authority:ZZ1,POINT (1.77{n} 54.87),")
        for n, row in enumerate(rows)
    ]
    body = "\n".join([HEADINGS, *placed]).encode()
    return tidy(SOURCES["mhclg_acv_current"], TOWN, {"data.csv": body})[0]


def test_the_national_form():
    table = national(
        '1,A-1,The Heron,"1 Invented Street, ZZ1 2AB",local-authority:ZZ1,,successful,2023-05-04,,2028-05-03,2026-08-31,Keep the Heron,Ann Example,,2023-01-02,,2026-01-01',
        "2,A-2,The Lark,,local-authority:ZZ1,POINT (1.78 54.87),unsuccessful,2024-02-06,,,,,Lee Forum,,,,",
        "3,A-3,The Loom,,local-authority:ZZ1,,,,2026-09-01,,,,,,,,",
        "4,A-4,The Otter,,local-authority:ZZ1,,,,,2028-01-01,,,,,,2027-01-01,",
        "5,A-5,The Tally,,local-authority:ZZ1,,maybe,2024-01-01,,,,,,,,,",
    )
    source = SOURCES["mhclg_acv_current"]
    assert table["outcome"].tolist() == ["successful", "unsuccessful", "no decision given", "listed", "maybe"]
    kinds = meaning(table, source.places.kinds).fillna("").tolist()
    assert kinds == ["acv_listing", "acv_nomination", "acv_nomination", "acv_listing", ""]
    assert table["postcode"].fillna("").tolist()[0] == "ZZ1 2AB"
    assert table["nominating_group"].fillna("").tolist() == ["", "Lee Forum", "", "", ""]
    records = pd.DataFrame(
        {"record": table["entity"], "source": source.stem, "area_code": None, "name": table["name"], "publish": "rows"}
    )
    entries = entries_of(source.listing, table, records)
    assert entries["outcome"].fillna("").tolist() == ["listed", "rejected", "nominated", "listed", ""]
    assert entries["entered"].dt.strftime("%Y-%m-%d").fillna("").tolist()[:2] == ["2023-05-04", "2024-02-06"]
    # the group's name may be a person's and is not kept; that a group asked is
    assert table["interested_group"].isna().all()
    assert entries["is_asked_for"].tolist() == [True, False, False, False, False]


def test_a_date_that_cannot_be_read_is_null_and_an_end_that_cannot_leaves_its_row_out():
    table = national(
        "1,A-1,The Heron,,local-authority:ZZ1,,successful,2023-05-04,,2208-05-03,,,,,,,",
        "2,A-2,The Lark,,local-authority:ZZ1,,successful,2023-05-04,,2028-05-03,,,,,,soon,",
    )
    assert table["entity"].tolist() == ["1"]
    assert table["expiry_date"].isna().all()


def test_the_national_form_may_leave_out_what_no_council_gives():
    body = b"entity,reference,name,point,organisation,end-date,entry-date\n1,A-1,The Heron,POINT (1.77 54.87),local-authority:ZZ1,,2026-01-01\n"
    table, _ = tidy(SOURCES["mhclg_acv_current"], TOWN, {"data.csv": body})
    assert table["outcome"].tolist() == ["no decision given"]  # never taken for listed
    assert table["expiry_date"].isna().all()


@pytest.mark.parametrize(
    ("note", "entered", "outcome", "decided"),
    [
        ("", "2021-12-02", "listed", None),
        ("expired", "2020-11-23", "listed", None),
        ("unsuccessful, decision 2014-04-15 (change of use)", "", "unsuccessful", "2014-04-15"),
        ("", "", "no decision given", None),
    ],
)
def test_the_part_list_tells_by_its_note(note, entered, outcome, decided):
    head = "local_authority,asset,postcode,date_registered,nominating_body,expires,status_note,source_url"
    body = f'{head}\nNorthbank,"The Heron Public House, 1 Invented Street",ZZ5 1AB,{entered},Lee Forum,,"{note}",'
    table, _ = tidy(SOURCES["acv_part_current"], TOWN, {"data.csv": body.encode()})
    row = table.iloc[0]
    assert (row["name"], row["outcome"]) == ("The Heron Public House", outcome)
    assert (None if pd.isna(row["decision_date"]) else f"{row['decision_date']:%Y-%m-%d}") == decided
