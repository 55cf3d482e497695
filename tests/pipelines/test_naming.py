"""How places are named, and which of two kinds a second list tells that they are."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.geography import read_geographies
from pipelines.places.naming import written_name, written_names
from pipelines.places.told_apart import told_apart
from pipelines.register.register import read_register

WRITTEN = {
    "THE RED LION": "The Red Lion",
    "ST ANN'S RFC SOCIAL CLUB": "St Ann's RFC Social Club",
    "KING'S HEAD (THE)": "King's Head (The)",
    "3RD EALING SCOUT HUT": "3rd Ealing Scout Hut",
    "STOW-ON-THE-WOLD HALL": "Stow-on-the-Wold Hall",
    "GREEN MAN, THE": "Green Man, The",
    "MCDONALD'S BAR": "McDonald's Bar",
    "O'NEILL'S": "O'Neill's",
    "DR J. SMITH & PARTNERS": "Dr J. Smith & Partners",
    "HENRY VIII": "Henry VIII",
    "CAFÉ ROUGE": "Café Rouge",
}
AS_IT_IS = ["The Old Bell", "BBC", "RBL", "eBay House", "무지개 도서관", "", "N4", "YMCA"]


@pytest.mark.parametrize("name", WRITTEN)
def test_a_name_in_capitals_is_written_as_people_write_names(name):
    assert written_name(name) == WRITTEN[name]


@pytest.mark.parametrize("name", AS_IT_IS)
def test_any_other_name_is_left_as_it_is(name):
    assert written_name(name) == name


@given(st.text(max_size=40))
def test_only_the_case_changes_and_twice_is_once(name):
    written = written_name(name)
    assert written.casefold() == name.casefold()
    assert written_name(written) == written


def test_names_that_are_not_there_stay_null():
    assert written_names(pd.Series(["THE HALL", None])).isna().tolist() == [False, True]


def test_the_publishers_name_stands_beside(town):
    rows = town.query("select name, published_name from place where name <> published_name")
    assert rows
    assert all(published == published.upper() and name.upper() == published for name, published in rows)


# ---- a club's bar


def kinds(*rows: tuple) -> list[str]:
    records = pd.DataFrame(rows, columns=["source", "kind", "name", "postcode"]).assign(reason=None)
    return list(told_apart(read_register(read_geographies()["england_lsoa21"]).taxonomy, records))


CLUB = ("hmrc_cascs_current", "sports_club", "Testford Rugby Football Club", "TE11ST")


@pytest.mark.parametrize(
    ("pub", "kind"),
    [
        (("TESTFORD RUGBY CLUB LTD", "TE11ST"), "members_club"),
        (("Testford R.F.C. Social Club, Testford", "TE11ST"), "members_club"),
        (("Testford Rugby Club", "TE12ST"), "pub"),  # at another postcode
        (("The Testford Arms", "TE11ST"), "pub"),  # its name says no club
        (("Ale Club", "TE11ST"), "pub"),  # another club's name
        (("The Sports Bar", "TE11ST"), "pub"),  # a name of nothing but such words
        (("Testford Rugby Club", None), "pub"),
    ],
)
def test_a_pub_that_a_list_of_clubs_has_is_a_club(pub, kind):
    name, postcode = pub
    assert kinds(("fsa_hygiene_current", "pub", name, postcode), CLUB) == [kind, "sports_club"]


def test_a_club_that_is_no_pub_stays_what_it_is():
    other = ("fsa_hygiene_current", "restaurant_or_cafe", "Testford Rugby Club", "TE11ST")
    assert kinds(other, CLUB) == ["restaurant_or_cafe", "sports_club"]
