"""Table `change`: two small releases changed on purpose in one way at a time, and it tells that and nothing else."""

from functools import cache

import duckdb
import pytest
from fixtures.small_release import later, opened, row_of, small_release

from pipelines.register.labels import read_labels
from pipelines.release.change import changes
from pipelines.release.change_places import unmarked
from pipelines.release.contents import read_release_tables

OLD = small_release()


@cache
def before() -> duckdb.DuckDBPyConnection:
    return opened(OLD)


def told(new: dict, old: dict = OLD, seed: int | None = None) -> list[dict]:
    with opened(new, seed) as after:
        return changes(before() if old is OLD and seed is None else opened(old, seed), after).to_pylist()


def short(rows: list[dict], *columns: str) -> list[tuple]:
    """Change, code and these columns of every row, sorted."""
    return sorted((row["change"], row["code"], *(row[c] for c in columns)) for row in rows)


def gone(new: dict, place_id: str) -> dict:
    for table in ("place", "place_record"):
        new[table] = [row for row in new[table] if row["place_id"] != place_id]
    return new


def came(new: dict, place_id: str = "p9", source: str = "towns", **more) -> dict:
    new["place"].append(OLD["place"][0] | {"place_id": place_id, "name": "New library", "name_source": source, **more})
    new["place_record"].append({"place_id": place_id, "source": source, "source_id": "9", "as_at": "2026-09-30"})
    return new


def first_listed(new: dict, place_id: str, not_before: str = "2026-03-31") -> dict:
    event = {
        "event_id": "e9",
        "place_id": place_id,
        "event": "first_listed",
        "since": "2026-09-30",
        "not_before": not_before,
    }
    new["place_event"].append({**event, "evidence": "not on it before"})
    return new


def test_the_columns_are_those_that_the_table_declares():
    with opened(later(OLD)) as after:
        found = changes(before(), after)
    assert set(found.column_names) == set(read_release_tables()["change"].columns)
    assert found.num_rows == 0, "nothing changed"


# ---- places


def test_every_place_that_changed_is_told_and_nothing_else():
    old = later(OLD)
    for n in range(10, 18):
        came(old, f"p{n}", name=f"Library {n}", area_code="A2")
        old["place_record"][-1] |= {"source_id": str(n), "as_at": "2026-03-31"}
    new = gone(later(old), "p10")
    altered = [{"status": "closed"}, {"status": "temporarily_closed"}, {"status": "replaced"}, {"name": "Reading room"}, {"kinds": "library, pub"}, {"area_code": "B2"}]  # fmt: skip
    for n, change in enumerate(altered, 11):
        row_of(new["place"], place_id=f"p{n}").update(change)
    for place_id, more in (("n1", {}), ("n2", {}), ("n3", {}), ("n4", {"status": "closed"})):
        came(new, place_id, **more)
    first_listed(new, "n1")
    first_listed(new, "n2", "2020-01-01")  # it was on the list before the last release, was off it then and came back
    rows = told(new, old)
    was_not = "not in the last release"
    assert short(rows, "name", "before", "after", "why") == [
        ("closed", "n4", "New library", was_not, "closed", "evidence"),
        ("closed", "p11", "Library 11", "open", "closed", "evidence"),
        ("closed_for_now", "p12", "Library 12", "open", "temporarily_closed", "evidence"),
        ("first_listed", "n1", "New library", was_not, "open", "list"),
        ("kinds", "p15", "Library 15", "library", "library, pub", "list"),
        ("left_list", "p10", "Library 10", "open", "not in this release", "list"),
        ("listed", "n2", "New library", was_not, "open", "list"),
        ("listed", "n3", "New library", was_not, "open", "list"),
        ("moved", "p16", "Library 16", "A2", "B2", "list"),
        ("renamed", "p14", "Reading room", "Library 14", "Reading room", "list"),
        ("replaced", "p13", "Library 13", "open", "replaced", "evidence"),
    ]
    for row in rows:
        assert (row["level"], row["since_version"]) == ("place", "1.0.1")
        area = row_of(OLD["neighbourhood"], area_code=row["area_code"])
        assert area.items() <= row.items(), "names stand beside codes"


def test_a_place_that_was_closed_and_is_open_is_open_again():
    old = later(OLD)
    old["place"][0]["status"] = "closed"
    assert short(told(later(OLD), old), "before", "after") == [("opened", "p1", "closed", "open")]


def test_what_says_that_a_place_closed_stands_beside_it():
    new = later(OLD)
    new["place"][0]["status"] = "closed"
    event = {"place_id": "p1", "event": "closed", "since": "2025-01-01", "not_before": None}
    new["place_event"].append({**event, "event_id": "e5", "evidence": "the council says so"})
    assert short(told(new), "evidence") == [("closed", "p1", "the council says so")]


def test_two_places_that_became_one_did_not_leave_their_list_and_the_other_way_round():
    new = later(OLD)
    new["place"] = [row for row in new["place"] if row["place_id"] != "p2"]
    row_of(new["place_record"], place_id="p2")["place_id"] = "p1"
    assert short(told(new), "after", "evidence") == [("joined", "p2", "p1", "Library 1")]
    assert short(told(later(OLD), new), "before", "evidence") == [("parted", "p2", "p1", "Library 1")]


def test_a_place_is_shown_for_the_first_time_where_its_list_was_not_read_or_not_cleared_before():
    new = came(later(OLD), source="volunteers")
    for state, publish, why in (("unavailable", "rows", "new_list"), ("read", "aggregates", "licence")):
        old = later(OLD)
        old["snapshot"][1]["state"], old["source"][1]["publish"] = state, publish
        rows = [row for row in told(new, old) if row["level"] == "place"]
        assert short(rows, "why") == [("newly_shown", "p9", why)]


def test_a_place_is_no_longer_shown_where_its_list_was_not_read():
    new = gone(later(OLD), "p1")
    new["snapshot"][0]["state"] = "unavailable"
    assert ("no_longer_shown", "p1", "no_source") in short(told(new), "why")


@pytest.mark.parametrize("publish", ["aggregates", "nothing", None])
def test_nothing_of_a_place_is_told_whose_list_may_not_be_shown_today(publish):
    """The last release named it; this one may not, be it by its name or by what it was called."""
    new = gone(later(OLD), "p1")
    if publish:
        new["source"][0]["publish"] = publish
    else:
        new["source"], new["snapshot"] = new["source"][1:], new["snapshot"][1:]
    new["place"][0] |= {"name": "Reading room", "name_source": "volunteers"}
    rows = [row for row in told(new) if row["level"] == "place"]
    assert {row["change"] for row in rows} == {"no_longer_shown", "renamed"}
    lost = row_of(rows, change="no_longer_shown")
    assert (lost["authority_name"], lost["why"]) == ("Alder", "licence" if publish else "definition")
    assert all(
        lost[column] is None for column in ("name", "kind", "area_code", "area_name", "msoa_name", "before", "evidence")
    )
    assert not [row for row in rows for value in row.values() if value in ("Library 1", "Library 2")]


def test_a_name_that_a_correction_gave_is_told():
    old = later(OLD)
    old["place"][0] |= {"name": "As people call it", "name_source": "corrections.csv"}
    assert short(told(gone(later(old), "p1"), old), "name") == [("left_list", "p1", "As people call it")]


def test_kinds_that_must_carry_no_mark_of_change_have_none():
    assert set(unmarked()) >= {"place_of_worship", "lgbt_venue"}
    old, new = later(OLD), later(OLD)
    for rows in (old, new):
        for place, kind in zip(rows["place"], ("place_of_worship", "lgbt_venue", *unmarked()), strict=False):
            place |= {"kinds": f"library, {kind}"}
    new["place"][1]["status"] = "closed"
    assert told(came(gone(new, "p1"), kinds="place_of_worship"), old) == []


@pytest.mark.parametrize("way", ["joined", "parted"])
def test_what_is_joined_to_or_parted_from_such_a_place_bears_no_mark_either(way):
    old, new = later(OLD), later(OLD)
    row_of(old["place"], place_id="p1").update(kinds="library, place_of_worship")
    row_of(new["place"], place_id="p1").update(kinds="library, place_of_worship")
    record = row_of(new["place_record"], place_id="p2")
    new["place"] = [row for row in new["place"] if row["place_id"] != "p2"]
    record["place_id"] = "p1"
    assert (told(new, old) if way == "joined" else told(old, new)) == []


def test_a_place_of_a_kind_that_is_shown_no_more_goes_without_its_name():
    old, new = later(OLD), gone(later(OLD), "p2")
    for kind in (*old["kind"], *new["kind"]):
        kind["is_shown"] = True
    row_of(new["kind"], kind="library")["is_shown"] = False
    (row,) = [row for row in told(new, old) if row["change"] == "no_longer_shown"]
    assert (row["code"], row["why"], row["name"], row["area_code"], row["kind"]) == (
        "p2",
        "definition",
        None,
        None,
        None,
    )


def test_a_place_that_is_first_seen_closed_and_one_that_stands_on_no_record_are_told():
    new = came(later(OLD), "p9", status="closed")
    new["place_record"] = [row for row in new["place_record"] if row["place_id"] != "p9"]
    came(new, "p8", source="a correction")
    new["place_record"] = [row for row in new["place_record"] if row["place_id"] != "p8"]
    assert {(row["change"], row["code"]) for row in told(new)} == {("closed", "p9"), ("listed", "p8")}


def test_places_beyond_the_areas_asked_are_left_out():
    old, new = later(OLD), later(OLD)
    for rows in (old, new):
        rows["place"][0]["is_in_areas_asked"] = False
        rows["place"][0]["area_code"] = "C1"
    new["place"][0]["status"] = "closed"
    assert told(new, old) == []
    assert told(gone(new, "p1"), old) == []


# ---- areas


def test_a_value_that_changed_and_the_ranks_it_moved_here_and_elsewhere():
    new = later(OLD)
    row_of(new["indicator_value"], area_code="A2", indicator="poor_pct")["value"] = 0.5
    for code, rank in (("A1", 2), ("A2", 1)):
        for index in ("need", "both"):
            row_of(new["index_score"], area_code=code, index_name=index)["rank_nation"] = rank
    new["highest_tenth_change"] = [
        r | {"area_code": "A2"} if r["index_name"] == "need" else r for r in new["highest_tenth_change"]
    ]
    assert short(told(new), "index_name", "indicator", "value_before", "value_after", "why") == [
        ("entered_highest_tenth", "A2", "need", None, 2, 1, "this_area"),
        ("left_highest_tenth", "A1", "need", None, 1, 2, "other_areas"),
        ("rank", "A1", "both", None, 1, 2, "other_areas"),
        ("rank", "A1", "need", None, 1, 2, "other_areas"),
        ("rank", "A2", "both", None, 2, 1, "this_area"),
        ("rank", "A2", "need", None, 2, 1, "this_area"),
        ("value", "A2", None, "poor_pct", 2.0, 0.5, "this_area"),
    ]


def test_a_rank_that_moved_by_coverage_and_a_value_that_is_known_now():
    old, new = later(OLD), later(OLD)
    row_of(old["indicator_value"], area_code="A2", indicator="poor_pct").update(
        value=None, coverage="unknown", null_reason="not_covered"
    )
    row_of(old["index_score"], area_code="A2", index_name="need").update(weight_observed=0.6, rank_nation=4)
    row_of(new["indicator_value"], area_code="B1", indicator="far_m").update(coverage="partial", value=7.0)
    assert short(told(new, old), "before", "after", "value_before", "why") == [
        ("coverage", "A2", "not_covered", "observed", None, "coverage"),
        ("coverage", "B1", "observed", "partial", None, "coverage"),
        ("rank", "A2", "4", "2", 4, "coverage"),
    ]


def test_a_rank_in_another_scope_is_no_other_rank():
    new = later(OLD)
    row_of(new["index_score"], area_code="A3", index_name="gap").update(spread_scope="authority", rank_authority=1)
    assert short(told(new), "before", "after", "value_after", "why") == [
        ("scope", "A3", "nation", "authority", None, "coverage")
    ]


def test_a_rank_that_moved_where_coverage_alone_is_another_did_not_move_by_data():
    new = later(OLD)
    row_of(new["indicator_value"], area_code="A2", indicator="poor_pct")["coverage"] = "partial"
    row_of(new["index_score"], area_code="A2", index_name="need")["rank_nation"] = 4
    assert [row["why"] for row in told(new) if row["change"] == "rank"] == ["coverage"]


def test_a_rank_that_rests_on_other_sources_did_not_move_by_data():
    new = later(OLD)
    row_of(new["indicator"], indicator="poor_pct")["sources"] = "towns, volunteers"
    row_of(new["indicator_value"], area_code="A2", indicator="poor_pct")["value"] = 0.5
    for index in ("need", "gap"):
        row_of(new["index_score"], area_code="A2", index_name=index)["rank_nation"] = 4
    assert {(row["index_name"], row["why"]) for row in told(new) if row["change"] == "rank"} == {("need", "source"), ("gap", "other_areas")}  # fmt: skip


def test_what_the_order_of_adding_up_leaves_is_no_change():
    new = later(OLD)
    new["indicator_value"][0]["value"] *= 1 + 1e-12
    assert told(new) == []


def test_a_label_with_the_axis_that_changed_it():
    new = later(OLD)
    row_of(new["typology"], area_code="A1").update(label="ready_to_explore", need="high")
    row_of(new["typology"], area_code="B1").update(label="not_enough_known", stock="unknown")
    assert short(told(new), "before", "after", "why", "evidence") == [
        ("label", "A1", "keep_what_is_here", "ready_to_explore", "other_areas", "need: low to high"),
        ("label", "B1", "keep_what_is_here", "not_enough_known", "coverage", "stock: low to unknown"),
    ]


def test_an_authority_as_a_whole():
    new = later(OLD)
    for row, rank in zip(new["area_roll_up"], (2, 1), strict=True):
        row["rank_by_average_score"] = rank
    row_of(new["indicator_value"], area_code="B2", indicator="poor_pct")["value"] = 1.0
    rows = [row for row in told(new) if row["level"] == "authority"]
    assert short(rows, "name", "before", "after", "why") == [
        ("rank", "X1", "Alder", "1", "2", "other_areas"),
        ("rank", "X2", "Birch", "2", "1", "this_area"),
    ]


def test_an_authority_that_is_ranked_no_more_or_elsewhere_is_told():
    new = later(OLD)
    new["area_roll_up"] = [row for row in new["area_roll_up"] if row["code"] != "X1"]
    row_of(new["area_roll_up"], code="X2")["ranked_in"] = "region"
    assert short(told(new), "name", "before", "after", "why") == [
        ("scope", "X1", "Alder", "nation", "none", "coverage"),
        ("scope", "X2", "Birch", "nation", "region", "coverage"),
    ]


def test_areas_that_came_and_went_compare_nothing():
    new = later(OLD)
    for table in ("neighbourhood", "indicator_value", "index_score", "typology"):
        for row in new[table]:
            row["area_code"] = "B9" if row["area_code"] == "B2" else row["area_code"]
    assert short(told(new), "area_name", "why") == [
        ("added", "B9", "Birch 001B", "geography"),
        ("removed", "B2", "Birch 001B", "geography"),
    ]


# ---- definitions


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [("definition_sha256", "b" * 64, "definition"), ("unit", "m", "definition"), ("direction", "neutral", "definition"), ("sources", "towns, volunteers", "source")],
)  # fmt: skip
def test_values_are_compared_only_where_the_definition_and_the_sources_are_the_same(column, value, why):
    new = later(OLD)
    row_of(new["indicator"], indicator="poor_pct")[column] = value
    for row in new["indicator_value"]:
        row["value"] += 1
    rows = told(new)
    assert {row["indicator"] for row in rows if row["change"] == "value"} == {"far_m"}
    assert short([row for row in rows if row["level"] == "indicator"], "why") == [("not_compared", "poor_pct", why)]


def test_a_table_or_column_that_only_one_of_the_releases_has_is_no_change():
    """Releases of earlier code."""
    old = later(OLD)
    for table, column in (
        ("indicator", "definition_sha256"),
        ("index_method", "ties"),
        ("index_member", "is_in_index"),
    ):
        old[table] = [{k: v for k, v in row.items() if k != column} for row in old[table]]
    del old["highest_tenth_change"], old["typology"]
    assert told(later(OLD), old) == []
    assert told(old, later(OLD)) == []


REDEFINED = {
    "weight": lambda new: row_of(new["index_member"], index_name="need").update(member_weight=0.4),
    "scale": lambda new: row_of(new["index_method"], index_name="need").update(normalise="z_score"),
    "indicator": lambda new: row_of(new["indicator"], indicator="poor_pct").update(definition_sha256="b" * 64),
    "member": lambda new: new["index_member"].append(
        row_of(new["index_member"], index_name="need") | {"member": "far_m"}
    ),
}


@pytest.mark.parametrize("way", REDEFINED)
def test_a_rank_moves_by_definition_in_the_index_that_is_defined_otherwise_and_what_reads_it_alone(way):
    new = later(OLD)
    for row in new["index_score"]:
        row["rank_nation"] = 6 - row["rank_nation"]
    REDEFINED[way](new)
    why = {(row["index_name"], row["why"]) for row in told(new) if row["change"] == "rank" and row["level"] == "area"}
    assert why == {("need", "definition"), ("both", "definition"), ("gap", "other_areas")}


def test_a_weight_tells_what_it_was_and_is():
    new = later(OLD)
    REDEFINED["weight"](new)
    assert short(told(new), "name", "indicator", "before", "after") == [
        ("definition", "need", "Need", "poor_pct", "member_weight 1.0", "member_weight 0.4")
    ]


def test_a_definition_that_no_table_tells_is_said_to_have_changed():
    new = later(OLD)
    new["release"][0]["definition_sha256"] = "b" * 64
    assert short(told(new), "level", "why") == [("definition", "town", "release", "definition")]
    # which index rests on it is not known: no rank is said to have moved by data; another list of sources hides nothing
    row_of(new["indicator"], indicator="far_m")["sources"] = "towns, volunteers"
    row_of(new["index_score"], area_code="A2", index_name="need")["rank_nation"] = 4
    assert short(told(new), "level", "why") == [
        ("definition", "town", "release", "definition"),
        ("not_compared", "far_m", "indicator", "source"),
        ("rank", "A2", "area", "definition"),
    ]


def test_another_geography_compares_sources_alone():
    new = gone(later(OLD), "p1")
    new["release"][0]["geography"] = "city"
    new["snapshot"][0]["sha256"] = "c" * 64
    for row in new["indicator_value"]:
        row["value"] += 1
    assert short(told(new), "level", "why") == [
        ("content", "towns", "source", "source"),
        ("not_compared", "town", "release", "geography"),
    ]


def test_sources_that_came_went_failed_or_hold_something_else():
    old, new = later(OLD), later(OLD)
    old["snapshot"].append({"source": "gone", "state": "read", "sha256": "a", "n_rows": 1})
    new["snapshot"].append({"source": "came", "state": "read", "sha256": "a", "n_rows": 1})
    new["snapshot"][0]["state"] = "stale"
    new["snapshot"][1] |= {"sha256": "d", "n_rows": 5}
    assert short(told(new, old), "name", "before", "after", "value_after") == [
        ("added", "came", None, None, None, None),
        ("content", "volunteers", "Volunteers' list", "n_rows", "n_rows", 5),
        ("removed", "gone", None, None, None, None),
        ("state", "towns", "List of towns", "read", "stale", None),
    ]


# ---- the table as a whole


def much() -> dict:
    """A release in which something of nearly every kind changed."""
    new = came(gone(later(OLD), "p1"))
    new["place"][0]["status"] = "closed"
    new["place"][1] |= {"name": "Other", "area_code": "B2"}
    for row in new["indicator_value"]:
        row["value"] += 1
    for row in new["index_score"]:
        row["rank_nation"] = 6 - row["rank_nation"]
    new["typology"][0]["label"] = "no_strong_signal"
    new["highest_tenth_change"] = new["highest_tenth_change"][2:]
    new["snapshot"][0]["n_rows"], new["snapshot"][0]["sha256"] = 9, "d"
    REDEFINED["weight"](new)
    return new


def test_the_table_is_the_same_whatever_order_the_rows_lie_in():
    first = told(much())
    assert len(first) > 30
    assert [row["row"] for row in first] == list(range(1, len(first) + 1))
    for seed in (1, 2):
        assert told(much(), seed=seed) == first


def test_every_code_has_a_label():
    for column, codes in (("change", "change"), ("level", "change_level"), ("why", "change_why"), ("scope", "scope")):
        found = {row[column] for row in told(much())} - {None}
        assert found
        assert found <= set(read_labels()[codes].codes), column


def test_what_is_no_release_is_not_compared():
    with duckdb.connect() as after, pytest.raises(ValueError, match="release"):
        changes(before(), after)
