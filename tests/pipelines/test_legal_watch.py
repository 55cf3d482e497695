"""The legal watch of the sample town: states on the release's day, the calendar, another day, and what is never shown."""

import datetime
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from fixtures.making import Town

from geodata.records import DefinitionError
from pipelines.answers.place.place import place
from pipelines.commands.cli import main
from pipelines.commands.refresh import refresh
from pipelines.core.query import connect
from pipelines.core.settings import Settings
from pipelines.core.step import output
from pipelines.ownership.legal import DayRead, legal_steps
from pipelines.release.compare import compare
from pipelines.release.database import open_database, open_release
from pipelines.release.legal import candidate_frames, escaped, folded

PUB = "mhclg_acv_current|97000{:02d}"
STATES = {  # of the entries in the order of geodata/sample/listings.py, on 30 September 2026
    1: ("listed", "later", "renomination_opens", "2027-11-03"),
    2: ("listed", "renominate", "nominate_by", "2026-10-05"),
    3: ("listed", "renominate_late", "listing_ends", "2026-10-19"),
    4: ("expired", "lapsed", None, None),
    5: ("interim_moratorium", "sale", "interim_moratorium_ends", "2026-10-11"),
    6: ("full_moratorium", "sale", "full_moratorium_ends", "2026-12-29"),
    7: ("notice_received", "sale", "full_moratorium_ends", "2027-01-14"),
    8: ("protected_period", "later", "protected_period_ends", "2027-03-31"),
    9: ("removed", None, None, None),
    10: ("rejected", None, None, None),
    11: ("nominated", None, None, None),
    12: ("listed", "later", "renomination_opens", "2028-10-08"),
    13: ("listed", "later", None, None),
    14: ("listed", "later", "renomination_opens", "2029-08-12"),
    15: ("listed", "later", "renomination_opens", "2029-11-18"),
}


def test_each_state_is_told_on_the_day_of_the_recording(town):
    assert town.query("select legal_as_of::text from release") == [("2026-09-30",)]
    found = town.query("select listing_id, state, watch, next_event, next_date::text from legal_listing")
    assert {row[0]: row[1:] for row in found} == {PUB.format(n): told for n, told in STATES.items()}


def test_renomination_windows_come_first(town):
    order = town.query("select listing_id, watch from legal_listing where watch_order > 0 order by watch_order")
    assert [row[0] for row in order][:3] == [PUB.format(n) for n in (2, 3, 5)]
    assert [watch for _, watch in order] == ["renominate", "renominate_late", *["sale"] * 3, "lapsed", *["later"] * 6]


def test_a_listing_joins_its_place_and_is_never_what_the_place_is(town):
    joined = town.query("""
        select count(*) filter (p.kind = 'pub'), count(*) filter (p.kind = 'community_centre'), count(*) filter (p.kind = 'acv_listing')
        from legal_listing join place as p using (place_id) where p.name_source != 'mhclg_acv_current' or p.kind = 'acv_listing'""")
    assert joined == [(13, 1, 1)]  # of the wood no other list knows
    counted = "select count(*) from place_kind where kind in ('acv_listing', 'acv_nomination') and is_counted"
    assert town.query(counted) == [(0,)]
    assert town.query("select count(*) from opportunity where kind like 'acv%'") == [(0,)]
    assert town.query("select count(*) from place_event where kind like 'acv%'") == [(0,)]


def test_a_list_whose_licence_is_not_confirmed_is_shown_nowhere(town):
    held = "select count(*) from record_count where source = 'acv_part_current' and outcome = 'rows' and n_rows = 3"
    assert town.query(held) == [(1,)]
    for table in ("legal_listing", "legal_date", "place_record"):
        assert town.query(f"select count(*) from {table} where source = 'acv_part_current'") == [(0,)]
    assert b"Northbank" not in (town.release / "dates.ics").read_bytes()


def test_a_nominator_who_may_be_a_person_is_dropped_and_counted(town):
    assert town.query("select nominating_group from legal_listing where name like 'Wood%'") == [(None,)]
    told = town.query(
        "select value, issue from issue where source = 'mhclg_acv_current' and \"column\" = 'nominating_group'"
    )
    assert [(value, issue[-9:]) for value, issue in told] == [("", "(1 cells)")]
    for path in (town.release / "dates.ics", town.release / "commonground.duckdb"):
        assert b"Ann Example" not in path.read_bytes()


# ---- the calendar: read by the rules of RFC 5545


def components(body: bytes) -> list[dict[str, str]]:
    """The events of a calendar, each by property with its parameters. Raises AssertionError where a rule is broken."""
    assert body.endswith(b"\r\n")
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert b"\r" not in body.replace(b"\r\n", b"")
    for line in body.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()  # never cut within a character
    lines = body.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")
    assert (lines[0], lines[1], lines[-1]) == ("BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR")
    assert sum(line.startswith("PRODID:") for line in lines) == 1
    found: list[dict[str, str]] = []
    for line in lines[1:-1]:
        assert re.match(r"[A-Z-]+(;[A-Z]+=[A-Z-]+)*:", line), line
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", line)
        name, value = line.split(":", 1)
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found and line != "END:VEVENT":
            assert name not in found[-1]
            found[-1][name] = value
        if name in ("SUMMARY", "DESCRIPTION"):
            assert not re.search(r"(?<!\\)(?:\\\\)*[,;]", value), value
            assert not re.search(r"(?<!\\)(?:\\\\)*\\(?![\\;,nN])", value), value
    for event in found:
        assert set(event) >= {"UID", "DTSTAMP", "DTSTART;VALUE=DATE", "DTEND;VALUE=DATE", "SUMMARY"}
        assert re.fullmatch(r"\d{8}T\d{6}Z", event["DTSTAMP"])
        days = [datetime.datetime.strptime(event[f"{n};VALUE=DATE"], "%Y%m%d") for n in ("DTSTART", "DTEND")]
        assert (days[1] - days[0]).days == 1
    assert len({event["UID"] for event in found}) == len(found) > 0
    return found


def test_the_calendar_holds_what_is_ahead_and_renominations_first(town):
    told = components((town.release / "dates.ics").read_bytes())
    ahead = town.query("""
        select count(*) from legal_date where date >= '2026-09-30' and watch is not null and watch != 'lapsed'
            and event not in ('nominated', 'decided', 'listed', 'removed', 'notice_received')""")
    assert [(len(told),)] == ahead
    assert {event["DTSTAMP"] for event in told} == {"20260930T000000Z"}
    assert [event["PRIORITY"] for event in told[:3]] == ["1", "1", "1"]
    assert "a new nomination should be in" in told[0]["SUMMARY"]
    for event in told:
        assert "INVENTED" in event["DESCRIPTION"]
        assert "not a right to buy" in event["DESCRIPTION"]
        assert "The law is changing" in event["DESCRIPTION"]
    package = json.loads((town.release / "datapackage.json").read_bytes())
    assert [r["mediatype"] for r in package["resources"] if r["path"] == "dates.ics"] == ["text/calendar"]


def test_what_a_name_may_hold_is_escaped_and_folded():
    line = "SUMMARY:" + escaped("Café; a, b \\ c\n" + "é" * 90)
    lines = list(folded(line))
    assert max(len(part.encode()) for part in lines) <= 75
    assert "".join([lines[0], *(part[1:] for part in lines[1:])]) == line
    assert all(part.startswith(" ") for part in lines[1:])
    assert line.startswith("SUMMARY:Café\\; a\\, b \\\\ c\\né")


# ---- another day


@pytest.fixture(scope="module")
def later(town, tmp_path_factory) -> tuple[Town, list[str], list[str]]:
    """The town's DIR refreshed on a day on which nothing comes due, and then on one on which a nomination should be in."""
    data = shutil.copytree(town.data, tmp_path_factory.mktemp("later") / "data", symlinks=True)
    settings = replace(town.settings, data=data)
    lines = []
    for day in (datetime.date(2026, 10, 4), datetime.date(2026, 10, 6)):
        lines.append(refresh(replace(settings, today=day)).lines)
    return Town(data, town.outcome, settings), *lines


def test_a_day_on_which_nothing_comes_due_makes_nothing_new(later):
    _, nothing, _ = later
    assert any(line.startswith("nothing new: no table, indicator, index or release was made") for line in nothing)


def test_a_day_on_which_something_came_due_makes_a_release_of_it(town, later):
    then, _, lines = later
    assert any(line.startswith("published release 1.0.1") for line in lines)
    assert then.query("select legal_as_of::text from release") == [("2026-10-06",)]
    changed = {
        row[0]: row[1:]
        for row in then.query("select listing_id, state, watch, next_event, next_date::text from legal_listing")
    }
    expected = {PUB.format(n): told for n, told in STATES.items()}
    expected[PUB.format(2)] = ("listed", "renominate_late", "listing_ends", "2026-11-30")
    assert changed == expected
    before = {e["UID"]: e for e in components((town.release / "dates.ics").read_bytes())}
    after = {e["UID"]: e for e in components((then.release / "dates.ics").read_bytes())}
    assert len(before.keys() - after.keys()) == 1  # the day that has passed
    assert not after.keys() - before.keys()
    values = "select area_code, indicator, value from indicator_value order by all"
    assert then.query(values) == town.query(values)


def test_one_input_and_one_day_make_one_release(town, later, tmp_path):
    """Of a DIR that never saw another day: the release and all that is told of the law are made anew."""
    then, *_ = later
    data = shutil.copytree(town.data, tmp_path / "data", symlinks=True)
    for made in ("releases", "ownership"):
        shutil.rmtree(data / made)
    refresh(replace(town.settings, data=data, today=datetime.date(2026, 10, 6)))
    again = (data / "releases" / "latest").resolve()
    difference = compare(then.release, again)
    assert difference.identical, difference.exact
    assert (again / "dates.ics").read_bytes() == (then.release / "dates.ics").read_bytes()


def test_the_day_counts_only_by_what_came_due(town):
    version = lambda day: DayRead(datetime.date.fromisoformat(day)).version(town.data)  # noqa: E731
    assert version("2026-10-05") == "2026-10-05"
    assert version("2026-10-06") == version("2026-10-10") == "2026-10-06"
    assert version("2026-10-11") == "2026-10-11"
    assert version("2012-01-01") == ""


# ---- the sheet


def sheet(town: Town, n: int, today: str | None = None) -> dict:
    ((place_id,),) = town.query("select place_id from legal_listing where listing_id = ?", PUB.format(n))
    with open_release(town.release) as connection:
        return place(connection, place_id, today and datetime.date.fromisoformat(today))["legal"]


def test_a_sheet_tells_the_state_on_the_day_of_the_release_or_another(town):
    told = sheet(town, 5)
    assert (f"{told['as_of']}", told["acv_listing"], f"{told['next_date']}") == (
        "2026-09-30",
        "interim_moratorium",
        "2026-10-11",
    )
    told = sheet(town, 5, "2026-10-12")
    assert (told["acv_listing"], told["next_event"]) == ("notice_received", "full_moratorium_ends")
    assert [d["event"] for d in told["listings"][0]["dates"] if d["is_next"]] == ["full_moratorium_ends"]
    assert sheet(town, 5, "2029-03-01")["acv_listing"] == "expired"


@pytest.mark.parametrize("n", STATES)
def test_a_sheet_on_the_releases_day_says_what_the_table_says(town, n):
    told = sheet(town, n)
    state, watch, event, day = STATES[n]
    assert (told["acv_listing"], told["next_event"], told["next_date"] and f"{told['next_date']}") == (
        state,
        event,
        day,
    )
    assert told["listings"][0]["watch"] == watch


def test_every_sheet_says_that_it_is_no_right_to_buy_and_that_the_law_is_changing(town):
    ((unlisted,),) = town.query(
        "select min(place_id) from place where place_id not in (select place_id from legal_listing)"
    )
    for place_id in (unlisted, town.query("select min(place_id) from legal_listing")[0][0]):
        ran = CliRunner().invoke(main, ["place", place_id, "--data", str(town.data)])
        text = " ".join(ran.output.split())
        assert "A listing is not a right to buy under the 2011 Act" in text
        assert "Many disposals are exempt" in text
        assert "Check the council's own list. This is not legal advice." in text
        assert "when we last looked, on 27 November 2026, so no date here follows from it" in text
        assert ("listing: not known" in text) == (place_id == unlisted)


def test_a_release_of_before_says_that_it_tells_no_states(town, tmp_path):
    path = Path(shutil.copy(town.release / "commonground.duckdb", tmp_path / "commonground.duckdb"))
    with open_database(path) as connection:
        for table in ("legal_listing", "legal_date", "legal_regime"):
            connection.execute(f"drop table {table}")
        connection.execute("alter table release drop column legal_as_of")
        ((place_id,),) = connection.execute("select min(place_id) from place").fetchall()
        told = place(connection, place_id)["legal"]
    assert (told["as_of"], told["acv_listing"], told["reason"]) == (None, None, "this release tells no legal states")


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "25 November 2026", "2026-02-29"])
def test_a_day_that_is_none_is_told(text, tmp_path):
    ran = CliRunner().invoke(main, ["refresh", "--data", str(tmp_path), "--today", text])
    assert ran.exit_code == 2
    assert "is no day" in ran.stderr
    assert not list(tmp_path.iterdir())


def test_a_list_under_a_law_that_is_not_there_is_refused(town):
    workspace = town.workspace()
    source = workspace.register.sources["mhclg_acv_current"]
    rule = source.listing.model_copy(update={"regime": "acv_1999"})
    workspace.register.sources["mhclg_acv_current"] = source.model_copy(update={"listing": rule})
    with pytest.raises(
        DefinitionError, match=r"mhclg_acv_current\.yml:\d+: listing\.regime: acv_1999 is not in legal_regimes\.yml"
    ):
        legal_steps(workspace)


def test_the_day_goes_to_other_processes(tmp_path):
    settings = Settings.read(data=str(tmp_path), today="2026-11-25")
    assert settings.today == datetime.date(2026, 11, 25)
    assert settings.environment()["COMMONGROUND_TODAY"] == "2026-11-25"


# ---- on each candidate


class Frames:
    """What `candidate_frames` reads of a run."""

    def __init__(self, candidates: pd.DataFrame, entries: pd.DataFrame):
        self.held = {"ownership/opportunity": candidates, "ownership/legal_listing": entries}

    def frame(self, key: str) -> pd.DataFrame:
        return self.held[key]


READ, UNREAD = "S99600002", "S99600003"  # the register of one was read, of the other nobody knows
CANDIDATES = pd.DataFrame(
    [("o1", "p1", READ), ("o2", "p2", READ), ("o3", None, READ), ("o4", "p4", UNREAD), ("o5", "p5", UNREAD)],
    columns=["opportunity_id", "place_id", "authority_code"],
)
SHOWN = pd.DataFrame(
    [
        ("a", "p1", READ, "expired", 0, None, None),
        ("b", "p1", READ, "interim_moratorium", 1, pd.Timestamp("2026-12-01"), "Last day to ask."),
        ("c", "p5", UNREAD, "removed", 0, None, None),
        ("d", None, UNREAD, "listed", 2, pd.Timestamp("2027-01-01"), "Of no place that is shown."),
    ],
    columns=["listing_id", "place_id", "authority_code", "state", "watch_order", "next_date", "next_words"],
)
KNOWN = pd.DataFrame(
    [(READ, "assets_of_community_value", "mhclg_acv_current"), (UNREAD, "assets_of_community_value", None),
     (UNREAD, "brownfield", "mhclg_acv_current")],
    columns=["authority_code", "register", "source"],
)  # fmt: skip


def candidate_states(town, entries_of=(READ, UNREAD), shown=SHOWN, **changed) -> dict:
    register = town.workspace().register
    if changed:
        source = register.sources["mhclg_acv_current"].model_copy(update=changed)
        register = replace(register, sources={**register.sources, "mhclg_acv_current": source})
    entries = pd.DataFrame({"source": "mhclg_acv_current", "authority_code": list(entries_of)}, dtype="str")
    table = candidate_frames(Frames(CANDIDATES, entries), register, shown, KNOWN)["candidate_law"]
    return {row["opportunity_id"]: row for row in table.astype(object).where(table.notna(), None).to_dict("records")}


def test_a_candidate_has_the_state_to_watch_first_and_is_not_listed_only_where_its_own_register_was_read(town):
    states = {name: row["legal_state"] for name, row in candidate_states(town).items()}
    assert states == {"o1": "interim_moratorium", "o2": "not_listed", "o3": None, "o4": None, "o5": "removed"}
    # of a council none of whose entries was read, and of a register that clears no rows, nothing is known
    for told in (candidate_states(town, entries_of=[UNREAD]), candidate_states(town, publish="aggregates")):
        assert told["o2"]["legal_state"] is None
        assert told["o2"]["legal_not_known"] == "legal state"
    assert all(row["legal_not_known"] is None for row in candidate_states(town, shown=None).values()), "no law of ours"


def test_where_an_entry_of_the_register_is_on_no_place_it_may_be_of_any_candidate(town):
    loose = SHOWN.assign(authority_code=SHOWN["authority_code"].mask(SHOWN["place_id"].isna(), READ))
    told = candidate_states(town, shown=loose)
    assert {name: row["legal_state"] for name, row in told.items()} == {
        "o1": "interim_moratorium", "o2": None, "o3": None, "o4": None, "o5": "removed",
    }  # fmt: skip
    assert told["o2"]["legal_not_known"] == "legal state"


def test_table_and_words_of_a_candidate_tell_its_state_and_what_is_next(town):
    law = pd.DataFrame(candidate_states(town).values())
    with connect() as connection:
        held = pd.read_parquet(output(town.data, "ownership/opportunity").path).head(5)
        connection.register("candidates", held.assign(**{name: CANDIDATES[name] for name in CANDIDATES}, not_known=["owner", None] * 2 + [None]))  # fmt: skip
        connection.register("candidate_law", law)
        connection.register("places_shown", CANDIDATES[["place_id"]])
        sql = (Path(__file__).parents[2] / "sql" / "release" / "main" / "opportunity.sql").read_text()
        told = connection.execute(sql).df().set_index("opportunity_id")
    assert told["not_known"].astype(object).where(told["not_known"].notna(), None).to_dict() == {
        "o1": "owner", "o2": None, "o3": "owner, legal state", "o4": "legal state", "o5": None,
    }  # fmt: skip
    assert told.loc["o1", "legal_next_date"] == pd.Timestamp("2026-12-01")
    assert told.loc["o1", "legal_next_words"] == "Last day to ask."


def test_in_the_town_no_candidate_is_called_unlisted_for_no_whole_register_is_read(town):
    sql = "select count(*) filter (where legal_state is null), count(*) filter (where contains(not_known, 'legal state')), count(*) from opportunity"
    ((unknown, said, every),) = town.query(sql)
    assert unknown == said == every > 0
    text = (town.release / "geojson" / "opportunities.geojson").read_text("utf-8")
    assert '"legal_state"' not in text, "null everywhere, so no field of the map"
