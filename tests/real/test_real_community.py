"""The pub our story began with, from the publishers' real files: a lead before the operator has settled a licence, owned after."""

import datetime
from dataclasses import dataclass

import pandas as pd
import pytest

from pipelines.core.settings import Settings
from pipelines.core.step import Given
from pipelines.places.community import community_step, make_community
from pipelines.places.in_hands import in_community_hands, taken_in
from pipelines.register.decisions import Decisions, settled
from pipelines.register.licence import Decision
from pipelines.register.workspace import open_workspace

COOPS, IVY_HOUSE_AREA = "coops_uk_2023", "E01004016"
SOCIAL_CLUB = "R006968"  # The Ivy House Social Club, in Croydon


@dataclass(frozen=True)
class Told:
    """Places, by id, and what tells that a community holds some of them."""

    places: pd.DataFrame
    evidence: pd.DataFrame

    def of(self, place_id: str) -> pd.DataFrame:
        return self.evidence[self.evidence["place_id"] == place_id]


@pytest.fixture(scope="module")
def before(hackney):
    return Told(hackney.step("places/place").set_index("place_id"), hackney.step("places/place", "place.evidence"))


@pytest.fixture(scope="module")
def after(hackney, before):
    """What would be told of the same records once the licence of the list of co-operatives is settled."""
    workspace = open_workspace(Settings(data=hackney.data))
    word = Decision(publish="rows", on_whose_word="Co-operatives UK", date=datetime.date(2026, 11, 20), licence="ogl3")
    register, step = settled(workspace.register, Decisions(sources={COOPS: word})), community_step(workspace)
    given = Given(hackney.data, step.inputs, {**step.definition, "sources": register.body_sources})
    found = make_community(given)[0]["community"]
    own = before.places.assign(**dict.fromkeys(["owner_kind", "owner_source"], pd.Series(dtype="str")))
    places, evidence, issues = taken_in(own, found)
    assert len(issues) == 0
    return Told(places.assign(in_community_hands=in_community_hands(places)), evidence)


@pytest.fixture(scope="module")
def ivy_house(before):
    places = before.places
    named = places["name"].str.contains("ivy house", case=False) & (places["kind"] == "pub")
    (place_id,) = places.index[named & (places["area_code"] == IVY_HOUSE_AREA)]
    return place_id


def test_before_the_decision_a_society_of_that_name_is_registered_there_and_no_more(before, ivy_house):
    place = before.places.loc[ivy_house]
    assert place[["owner_kind", "in_community_hands"]].isna().all()
    (row,) = before.of(ivy_house).to_dict("records")
    assert (row["evidence"], row["source"], row["is_confirmed"]) == ("lead", COOPS, False)
    assert row["words"] == "a society of that name is registered at this postcode"
    assert pd.isna(row["body_id"])
    assert not before.evidence["words"].str.contains("Ivy House", case=False).any()


def test_after_the_decision_it_is_community_owned_with_its_evidence(after, ivy_house):
    place = after.places.loc[ivy_house]
    assert (place["owner_kind"], place["owner_source"]) == ("community", COOPS)
    assert place["in_community_hands"]
    (row,) = after.of(ivy_house).to_dict("records")
    assert (row["evidence"], row["body_id"], row["address"]) == ("owned", "R009609", "door")
    assert row["as_at"] == pd.Timestamp("2023-06-30")
    assert row["words"].startswith("Ivy House Community Pub Limited (number R009609), a society of its name,")


def test_the_social_club_of_that_name_in_croydon_is_nothing_to_the_pub(after):
    assert SOCIAL_CLUB not in set(after.evidence["body_id"])


def test_the_pubs_of_london_that_are_told_as_owned_are_those_read_by_name(after):
    """The Ivy House, and the Antwerp Arms in Tottenham, which the register of food hygiene has twice. Members' clubs are none."""
    owned = after.evidence[(after.evidence["evidence"] == "owned") & (after.evidence["source"] == COOPS)]
    pubs = owned["place_id"].map(after.places["kind"]) == "pub"
    names = set(owned.loc[pubs, "place_id"].map(after.places["name"]).str.casefold())
    assert names == {"the ivy house", "antwerp arms", "antwerp arms association @"}


def test_libraries_say_themselves_who_runs_them(before):
    own = before.evidence[before.evidence["body"] == "list"]
    assert set(own["source"]) == {"librarydata_libraries_2023"}
    stated = before.places["run_by_source"].isin(own["source"]) & (before.places["run_by"] == "community")
    assert set(own["place_id"]) == set(before.places.index[stated])
    assert len(own) > 400


def test_no_award_of_the_part_list_is_taken_for_a_place_of_another_name(before):
    awards = before.evidence[before.evidence["source"] == "mhclg_ownership_fund_awards_part"]
    assert set(awards["evidence"]) <= {"lead"}
    assert not awards["words"].str.contains(": Hampshire").any()
