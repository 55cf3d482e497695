"""Whose name a body bears: legal form set aside, kind of place heeded, a generic name nobody's; and the number of a house."""

import pandas as pd
import pytest

from pipelines.core.settings import Settings
from pipelines.places.holding import bears
from pipelines.register.workspace import open_workspace
from pipelines.tables.doors import doors, same_door


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    return open_workspace(Settings(data=tmp_path_factory.mktemp("held"))).register.taxonomy.held_by


@pytest.mark.parametrize(
    ("kind", "place", "body"),
    [
        ("pub", "The ivy house", "Ivy House Community Pub Limited"),
        ("pub", "The Ivy House", "Ivy House (Nunhead) Community Benefit Society Limited"),
        ("pub", "THE ANTWERP ARMS PH", "The Antwerp Arms Association Limited"),
        ("pub", "Saffron Heron Public House", "Saffron Heron Co-operative Limited"),
        ("pub", "St. John's Tavern", "Saint Johns Tavern Ltd"),
        ("community_centre", "Beech Hill Community Centre", "BEECH HILL COMMUNITY ASSOCIATION"),
        ("community_centre", "St John's Centre", "ST JOHN'S CENTRE"),
        ("library", "Abington Library", "Abington Community Library CIO"),
    ],
)
def test_a_body_of_the_name_is_the_places(held, kind, place, body):
    assert bears(place, body, held[kind]) is not None


@pytest.mark.parametrize(
    ("kind", "place", "body", "why"),
    [
        ("library", "Collingham", "Collingham Community Pub Limited", "the village's pub, not its library"),
        (
            "library",
            "Cherry Hinton Library",
            "Cherry Hinton Community Benefit Society Limited",
            "the village's society",
        ),
        ("library", "Abington", "Friends of Abington Library Limited", "its friends, who need not run it"),
        ("library", "Upton", "Harewood and Upton Recreation Club Limited", "a club of two villages"),
        ("pub", "The Ivy House", "The Ivy House Social Club Limited", "a members' club of that name"),
        ("pub", "Streatham Conservative Club", "Streatham Conservative Club Limited", "held by its own members"),
        ("pub", "The Community Pub", "Community Pub Limited", "a generic name"),
        ("pub", "The Old Public House", "Old Public House Limited", "a generic name"),
        ("community_centre", "Village Hall", "Village Hall Trust", "a generic name"),
        ("community_centre", "Community Centre", "The Community Centre Association", "a generic name"),
        ("pub", "The Crown", "The Crown and Anchor Community Pub Limited", "another pub"),
        ("pub", "The Old Ivy House", "Ivy House Community Pub Limited", "another pub"),
    ],
)
def test_a_body_of_another_name_or_a_generic_one_is_not(held, kind, place, body, why):
    assert bears(place, body, held[kind]) is None, why


def test_the_number_of_a_house_and_nothing_else_of_an_address():
    addresses = ["40 Stuart Road", "The Ivyhouse, 40, Stuart Road", "168-170 Church Rd\nTottenham", "Flat 2, 16A High St", "1st Floor, Specimen House", "8/12 Salisbury Road", None]  # fmt: skip
    assert doors(pd.Series(addresses)).fillna("").tolist() == ["40", "40", "168-170", "16a", "", "8-12", ""]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("40", "40", True), ("168", "168-170", True), ("40", "42", False), ("2 9", "9-11", True), ("16a", "16", True)],
)
def test_two_numbers_may_be_one_house(one, other, same):
    assert same_door(one, other) is same
    assert same_door(other, one) is same
