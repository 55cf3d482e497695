"""A candidate is dated by the record that its evidence rests on, not by whatever newer list also holds the place."""

import pytest

STATED = {
    "vacant": "r.source = p.use_source and r.use_state = p.use_state",
    "surplus": "r.source = p.use_source and r.use_state = p.use_state",
    "to_transfer": "r.source = p.use_source and r.use_state = p.use_state",
    "heritage_at_risk": "r.kind = 'heritage_entry'",
    "public_site": "r.source = p.owner_source and r.owner_kind = p.owner_kind",
}


@pytest.mark.parametrize("what", STATED)
def test_evidence_keeps_the_date_of_the_source_that_states_it(town, what):
    rows = town.query(f"""
        select e.opportunity_id, e.as_at, max(r.as_at) as stated, count(r.source) as n
        from opportunity_evidence as e join opportunity as o using (opportunity_id) join place as p using (place_id)
        left join place_record as r on r.place_id = o.place_id and r.source = e.source and r.source_id = e.source_id and {STATED[what]}
        where e.what = '{what}' group by all""")
    assert rows
    assert [row for row in rows if row[3] == 0] == []
    assert [row for row in rows if row[1] != row[2]] == []


def test_some_candidate_stands_on_a_newer_list_too(town):
    """Else the test above could not tell one date from the other."""
    newer = "select count(*) from opportunity as o join place as p using (place_id) where p.as_at > o.as_at"
    assert town.query(newer)[0][0] > 0


def test_a_closed_place_is_dated_by_the_event_it_tells_of(town):
    rows = town.query("""
        select o.opportunity_id from opportunity as o where o.what = 'closed_place' and not exists (
            from place_event as e where e.place_id = o.place_id and e.kind = o.kind and e.event = 'closed'
            and e.since = o.as_at and e.series = o.source and e.evidence = o.evidence)""")
    assert rows == []


def test_too_old_is_told_of_that_date(town):
    since = town.query("select evidence_since from release")[0][0]
    rows = town.query("select as_at, is_too_old from opportunity")
    assert [row for row in rows if (row[0] is None or row[0] < since) != row[1]] == []
