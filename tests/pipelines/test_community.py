"""Places that a community holds: told on evidence with its date, a lead where the licence clears no rows, never against a register."""

import pandas as pd
import pytest
from fixtures.making import Town

from pipelines.core.step import output
from pipelines.places.bodies import read_bodies
from pipelines.places.community import EVIDENCE, _by_name, _by_postcode
from pipelines.places.in_hands import confirmed, in_community_hands, taken_in
from pipelines.release.verify import verify

COOPS, MUTUALS, CHARITIES, AWARDS = (
    "coops_uk_2023",
    "fca_mutuals_current",
    "ccew_charities_current",
    "mhclg_ownership_fund_awards_part",
)
TOLD = """
    select p.name, e.evidence, e.source, e.is_confirmed, e.body_id is not null, e.words
    from community_evidence as e join place as p using (place_id) where e.body != 'list' order by all"""


def hands(made: Town, name: str) -> tuple:
    sql = "select distinct owner_kind, owner_source, in_community_hands from place join community_evidence using (place_id) where name = ?"
    (row,) = made.query(sql, name)
    return row


def test_before_the_decision_a_list_not_cleared_gives_a_lead_and_nothing_of_its_row(town):
    lead = "a society of that name is registered at this postcode"
    of_pub = [row for row in town.query(TOLD) if row[0] == "The Saffron Heron"]
    assert of_pub == [("The Saffron Heron", "lead", stem, False, False, lead) for stem in (COOPS, MUTUALS)]
    assert hands(town, "The Saffron Heron") == (None, None, None)
    everything = town.frame("from community_evidence").to_csv()
    assert "Community Pub Limited" not in everything.replace("Plough And Fiddle Community Pub Limited", ""), (
        "of the award"
    )
    assert not any(name in everything for name in ("R9990", "9901,", "Benefit Society"))


def test_an_award_and_a_charity_at_its_premises_are_told_with_their_date(town):
    assert hands(town, "The Plough and Fiddle") == ("community", AWARDS, True)
    assert town.query("select as_at from community_evidence where source = ?", AWARDS) == [(None,)], (
        "the list is undated"
    )
    run = town.query("select p.name, p.owner_kind, p.run_by, p.run_by_source, e.evidence, e.address, e.as_at::text from place as p join community_evidence as e using (place_id) where e.source = ?", CHARITIES)  # fmt: skip
    assert run == [
        ("Trialfield Institute", "public", "community", "ccew_charities_current", "run", "postcode", "2026-09-30")
    ]


def test_a_society_of_its_name_elsewhere_or_of_another_or_any_pubs_name_at_its_postcode_is_not_the_pubs(town, decided):
    names = {row[0] for made in (town, decided) for row in made.query(TOLD)}
    assert names == {"The Saffron Heron", "The Plough and Fiddle", "Trialfield Institute"}
    listed = pd.read_parquet(output(town.data, f"table/{COOPS}").path)
    near = listed[listed["identifier"].isin(["R999002", "R999003", "R999004"])]
    assert len(near) == 3, "they stand on the list"


def test_after_the_decision_the_pub_is_owned_and_its_evidence_cited(town, decided):
    assert hands(decided, "The Saffron Heron") == ("community", COOPS, True)
    cited = decided.query("select e.evidence, e.is_confirmed, e.address, e.as_at::text, e.words, e.licence from community_evidence as e join place as p using (place_id) where p.name = 'The Saffron Heron' and e.source = ?", COOPS)  # fmt: skip
    assert [row[:4] for row in cited] == [("owned", True, "door", "2023-06-30")]
    assert "Saffron Heron Community Pub Limited (number R999001)" in cited[0][4]
    assert "freehold or lease the register does not tell" in cited[0][4]
    assert cited[0][5] == "ogl3"
    counted = "select rule from place_kind join place using (place_id) where name = 'The Saffron Heron' and place_kind.kind = 'community_held_pub' and is_counted"
    assert len(decided.query(counted)) == 1
    assert town.query(counted) == []
    assert [finding.check for finding in verify(decided.release) if not finding.passed] == []


def test_a_pub_of_which_no_register_may_be_shown_is_not_known_and_not_none(town, decided):
    value = "select count(value), count(*) filter (value > 0), any_value(null_reason) filter (value is null) from indicator_value where indicator = 'community_held_pubs_pct'"
    assert town.query(value)[0] == (0, 0, "not_covered")
    n, above, _ = decided.query(value)[0]
    assert n > 0
    assert above > 0
    coverage = "select distinct coverage from indicator_value where indicator = 'community_held_pubs_pct' and value is not null"
    assert decided.query(coverage) == [("partial",)], (
        "that no society is registered there does not say that none holds it"
    )


def test_places_in_community_hands_are_no_candidates(town, decided):
    for made in (town, decided):
        sql = "select count(*) from opportunity join place using (place_id) where in_community_hands"
        assert made.query(sql) == [(0,)]
    assert town.query("select count(*) from opportunity where what = 'community_run'") == [(0,)]
    assert town.query("select count(*) from place where in_community_hands = false") == [(0,)], "not known, never no"


def test_the_mix_of_owners_is_counts_that_add_up(town):
    places = "select count(*) from place_kind as k join place using (place_id) join kind using (kind) where is_counted and is_in_areas_asked and kind_group in ('place', 'space') and subset_of is null"
    places = places.replace("join kind using (kind)", "join kind as r on r.kind = k.kind").replace("kind_group", "r.kind_group").replace("subset_of", "r.subset_of")  # fmt: skip
    assert town.query("select sum(n_places) from ownership_mix") == town.query(places)
    assert town.query("select n_places from ownership_mix where owner_kind = 'community'") == [(1,)]


def test_every_register_says_what_it_was_good_for(town, decided):
    use = "select source, use from community_register order by source"
    assert town.query(use) == [(CHARITIES, "evidence"), (COOPS, "leads"), (MUTUALS, "leads"), (AWARDS, "evidence"), ("trafford_charities_2022", "evidence")]  # fmt: skip
    assert (COOPS, "evidence") in decided.query(use)
    covers = dict(town.query("select source, covers_nation from community_register"))
    assert not covers[AWARDS]
    assert covers[COOPS]


# ---- on tables of a few rows

PLACE = {"place_id": "p1", "kind": "pub", "name": "The Ivy House", "postcode": "SE153BE", "door": "40", "authority_code": "E09000028"}  # fmt: skip
BODY = {"body_id": "R1", "names": ["Ivy House Community Pub Limited"], "words": "w", "postcode": "SE153BE", "door": "40", "authority_code": None, "tells": "owned"}  # fmt: skip


@pytest.fixture(scope="module")
def held(town):
    return town.workspace().register.taxonomy.held_by


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({}, ["door"]),
        ({"door": None}, ["postcode"]),
        ({"door": "42"}, []),
        ({"postcode": "SE153BF"}, []),
        ({"names": ["Waverley Arms Community Pub Limited"]}, []),
        ({"names": ["Ivy House Community Pub Limited"], "postcode": "CR02SQ", "door": "16"}, []),  # a director's home
    ],
)
def test_name_and_address_must_both_be_the_places(held, body, found):
    pairs = _by_postcode(held, pd.DataFrame([PLACE]), pd.DataFrame([BODY | body]))
    assert [pair[-1] for pair in pairs] == found


def test_a_list_that_gives_no_number_does_not_gainsay_one_that_does(held):
    twice = pd.DataFrame([PLACE, PLACE | {"door": None}])
    assert _by_postcode(held, twice, pd.DataFrame([BODY | {"door": "42"}])) == []
    assert [pair[-1] for pair in _by_postcode(held, twice, pd.DataFrame([BODY]))] == ["door"]


def test_an_award_is_that_of_one_place_or_of_none(held):
    centre = PLACE | {"kind": "community_centre", "name": "Chase Terrace Community Centre"}
    award = BODY | {"names": ["Burntwood Trust", "Chase Terrace Community Centre"], "authority_code": "E09000028"}
    pairs = lambda places, body: [p[:2] for p in _by_name(held, pd.DataFrame(places), pd.DataFrame([body]))]  # noqa: E731
    assert pairs([centre], award) == [("p1", "owned")]
    assert pairs([centre, centre | {"place_id": "p2"}], award) == [], "which of the two, it does not say"
    assert pairs([centre | {"authority_code": "E09000001"}], award) == []
    assert pairs([centre], award | {"authority_code": None}) == [("p1", "lead")]
    swan = award | {"names": ["Swan Community Benefit Society"]}
    assert pairs([PLACE | {"name": "The Swan"}, PLACE | {"place_id": "p2", "name": "Swan Inn"}], swan) == []
    assert pairs([PLACE | {"name": "The Hampshire"}], award | {"names": ["Hampshire"], "authority_code": None}) == []


def test_a_council_that_had_an_award_is_no_community(town):
    rows = pd.DataFrame([{"round": "3", "recipient": "Calow Parish Council", "project": "Recreation Ground Pavilion", "authority_code": None}])  # fmt: skip
    rule = town.workspace().register.sources[AWARDS].bodies
    assert read_bodies(rule, rows)["tells"].tolist() == ["lead"]


def test_of_societies_before_2014_and_of_clubs_a_register_does_not_tell_as_much(town):
    rule = town.workspace().register.sources[MUTUALS].bodies
    forms = ["Community Benefit Society", "Registered Society", "Working Men's Club", "Community Benefit Society"]
    rows = pd.DataFrame({"society_number": ["1", "2", "3", "4"], "name": "A", "registered_as": forms, "postcode": "ZZ1 1AA", "door": None})  # fmt: skip
    rows["deregistered_on"] = pd.to_datetime([None, None, None, "2020-01-01"])
    assert read_bodies(rule, rows)["tells"].tolist() == ["owned", "lead"]


def places(**more) -> pd.DataFrame:
    row = {"name": "The Ivy House", "owner_kind": None, "owner_source": None, "owner_as_at": pd.NaT, "run_by": None, "run_by_source": None, "run_by_as_at": pd.NaT}  # fmt: skip
    return pd.DataFrame([row | more], index=pd.Index(["p1"], name="place_id")).astype(
        dict.fromkeys(["owner_kind", "owner_source", "run_by", "run_by_source"], "str")
        | dict.fromkeys(["owner_as_at", "run_by_as_at"], "datetime64[ms]")
    )


def evidence(**more) -> pd.DataFrame:
    row = {"place_id": "p1", "evidence": "owned", "body": "society", "source": "a_register", "body_id": "R1", "as_at": pd.Timestamp("2026-01-01"), "words": "Ivy House Limited", "name_score": 100.0, "address": "door"}  # fmt: skip
    return pd.DataFrame([row | more])[list(EVIDENCE.types)].astype(EVIDENCE.types)


def test_a_council_that_says_it_owns_the_place_is_not_overridden_and_the_disagreement_told():
    told, found, issues = taken_in(places(owner_kind="public", owner_source="a_council"), evidence())
    assert (told.at["p1", "owner_kind"], told.at["p1", "owner_source"]) == ("public", "a_council")
    assert (told.at["p1", "run_by"], told.at["p1", "run_by_source"]) == ("community", "a_register")
    assert found["evidence"].tolist() == ["run"]
    assert "a_council has it owned by public, and a society of its name is registered there" in issues["issue"].iloc[0]
    assert in_community_hands(told).tolist() == [True]


def test_a_list_that_says_another_runs_it_stands_too():
    told, found, issues = taken_in(places(run_by="council", run_by_source="a_list"), evidence(evidence="run"))
    assert told.at["p1", "run_by"] == "council"
    assert len(issues) == 1
    assert confirmed(found, told.reset_index())["is_confirmed"].tolist() == [False]
    assert in_community_hands(told).isna().all()


def test_a_lead_settles_nothing():
    told, found, issues = taken_in(places(), evidence(evidence="lead", words=None, body_id=None, address="postcode"))
    assert told["owner_kind"].isna().all()
    assert found["words"].tolist() == ["a society of that name is registered at this postcode"]
    assert len(issues) == 0
    assert confirmed(found, told.reset_index())["is_confirmed"].tolist() == [False]


def test_the_surest_evidence_names_the_source_and_a_correction_has_the_last_word():
    both = pd.concat([evidence(source="b_register", address="postcode"), evidence(source="c_register")])
    told, found, _ = taken_in(places(), both)
    assert told.at["p1", "owner_source"] == "c_register"
    corrected = told.assign(owner_kind="private").reset_index()
    assert not confirmed(found, corrected)["is_confirmed"].any()
    assert in_community_hands(corrected).isna().all()
