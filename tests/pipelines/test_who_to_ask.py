"""Whom a group can ask: dated data, left out once it is old, and for kinds of place that there are."""

import datetime

import pytest

from geodata.records import DefinitionError, read_record
from pipelines.register.register import DEFINITIONS, Taxonomy
from pipelines.release.database import open_release
from pipelines.release.who_to_ask import WhoToAsk, read_who_to_ask, who_to_ask

BODY = {"name": "A body", "page": "https://example.org/help", "helps": "helps", "checked": "2026-01-10"}


@pytest.mark.parametrize(("made", "n"), [("2025-06-01", 1), ("2026-01-10", 1), ("2027-01-10", 1), ("2027-01-11", 0)])
def test_a_body_not_checked_in_the_year_before_a_release_is_left_out(made, n):
    bodies = WhoToAsk.model_validate({"bodies": {"one": BODY}}).on(datetime.date.fromisoformat(made))
    assert len(bodies) == n


def test_a_body_without_a_day_or_with_no_page_of_the_web_is_refused(tmp_path):
    for lines in ("page: https://example.org", "checked: 2026-01-10\n    page: javascript:alert(1)"):
        path = tmp_path / "who_to_ask.yml"
        path.write_text(f"bodies:\n  one:\n    name: A body\n    helps: helps\n    {lines}\n", "utf-8")
        with pytest.raises(DefinitionError, match=r"who_to_ask\.yml:\d+: bodies\.one"):
            read_record(WhoToAsk, path)


def test_the_bodies_defined_are_for_kinds_that_there_are():
    kinds = read_record(Taxonomy, DEFINITIONS / "taxonomy.yml").kinds
    assert {kind for body in read_who_to_ask().bodies.values() for kind in body.kinds} <= kinds.keys()


def test_a_release_tells_the_councils_lists_and_the_law_beside_them(town):
    with open_release(town.release) as connection:
        told = who_to_ask(connection)
    assert told["as_of"] == "2026-09-30"
    assert {body["name"] for body in told["bodies"]} <= {body.name for body in read_who_to_ask().bodies.values()}
    wanted = dict(town.query("select authority_code, page from register_known where register = 'assets_of_community_value'"))  # fmt: skip
    assert {code: one["page"] for code, one in told["registers"].items()} == wanted
    assert any("not a right to buy" in words for words in told["says"])
