"""What changed, as people and readers of feeds are told it: CHANGES.md by authority, feed.atom, the front page."""

import re
import xml.etree.ElementTree as ET
from datetime import datetime
from pathlib import Path
from xml.dom import minidom

import pandas as pd
import pytest
from fixtures.making import Town
from fixtures.small_release import later, opened, row_of, small_release
from markdown_it import MarkdownIt

from pipelines.core.problem import Problem
from pipelines.core.store import read_json
from pipelines.release.change import changes
from pipelines.release.change_places import unmarked
from pipelines.release.compare import changes_text, compare
from pipelines.release.database import open_release
from pipelines.release.feed import write_feed
from pipelines.release.package import files_of

OLD = small_release()
DICTIONARY = [{"table_name": "place", "column_name": "place_id", "data_type": "VARCHAR", "is_run_metadata": False}]
ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = ['<script>alert("1")</script>Hall', "]]></content><entry/>Hall", "[Hall](javascript:alert(1))", "![Hall](http://evil.example/x.png)", "\u202eHall\u2066 & 'sons' <b>", "# Hall\n\n| a | b |", "H\x00a\x0bll\ufffe", "🏛 Hall قاعة"]  # fmt: skip


def written(folder: Path, rows: dict, since: Path | None = None) -> Path:
    """A release folder with a database of these tables, and table `change` since another."""
    folder.mkdir()
    with opened({**rows, "column_dictionary": DICTIONARY}, path=str(folder / "commonground.duckdb")) as connection:
        if since:
            with open_release(since) as before:
                found = changes(before, connection)
            connection.register("found", found)
            connection.execute("create table change as from found")
    return folder


def two(tmp_path: Path, new: dict) -> tuple[Path, Path]:
    before = written(tmp_path / "1.0.0", OLD)
    return before, written(tmp_path / "1.0.1", new, before)


def section(text: str, title: str, level: int = 2) -> str:
    """What stands under a heading, to the next of its level or above."""
    return re.split(
        rf"^#{{1,{level}}} ", text.split(f"\n{'#' * level} {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE
    )[0]


def holds_to_rfc_4287(path: Path) -> ET.Element:
    """The root of a feed that has what RFC 4287 asks of it (4.1.1, 4.1.2, 4.2.6, 4.2.7, 3.3)."""
    minidom.parse(str(path))
    root = ET.fromstring(path.read_bytes())
    assert root.tag == f"{ATOM}feed"
    assert root.find(f"{ATOM}author/{ATOM}name").text
    entries = root.findall(f"{ATOM}entry")
    ids = [root.find(f"{ATOM}id").text]
    for element in (root, *entries):
        for once in ("id", "title", "updated"):
            (found,) = element.findall(f"{ATOM}{once}")
            assert found.text.strip()
            assert not list(found), "text alone"
        moment = element.find(f"{ATOM}updated").text
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment)
        datetime.fromisoformat(moment)
        for link in element.findall(f"{ATOM}link"):
            assert link.get("rel") in ("self", "alternate")
            assert "//" not in link.get("href"), "no address is made up"
    for entry in entries:
        ids.append(entry.find(f"{ATOM}id").text)
        (content,) = entry.findall(f"{ATOM}content")
        assert content.get("type") == "text"
        assert not list(content)
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", one) for one in ids)
    assert len(set(ids)) == len(ids)
    return root


# ---- CHANGES.md


def test_changes_stand_under_their_authority_with_names_beside_codes(tmp_path):
    new = later(OLD)
    row_of(new["indicator_value"], area_code="A2", indicator="poor_pct")["value"] = 0.5
    for code, rank in (("A1", 2), ("A2", 1)):
        row_of(new["index_score"], area_code=code, index_name="need")["rank_nation"] = rank
    new["highest_tenth_change"] = [r | {"area_code": "A2"} if r["index_name"] == "need" else r for r in new["highest_tenth_change"]]  # fmt: skip
    row_of(new["typology"], area_code="B1").update(label="not_enough_known", stock="unknown")
    row_of(new["place"], place_id="p4")["status"] = "closed"
    difference = compare(*two(tmp_path, new))
    alder, birch = (difference.by_authority[name] for name in ("Alder (X1)", "Birch (X2)"))
    assert alder == {
        "Highest tenth": [
            "Need (need): entered the highest tenth: Alder 001B, Mill (A2) from 2 to 1, by this area's data",
            "Need (need): left the highest tenth: Alder 001A, Mill (A1) from 1 to 2, by other areas' data",
        ],
        "Ranks": [
            "Need (need): another rank in the nation in 2 areas (1 by other areas' data, 1 by this area's data): "
            "Alder 001A, Mill (A1) from 1 to 2, by other areas' data; Alder 001B, Mill (A2) from 2 to 1, by this area's data"
        ],
        "Values": ["Poor residents (poor_pct): another value in 1 area: Alder 001B, Mill (A2) from 2 to 0.5"],
    }
    assert birch == {
        "Places": ["closed: Library 4 (Library, p4) in Birch 001A, Moor (B1)"],
        "Labels": ["another label: Birch 001A, Moor (B1) from Keep what is here to Not enough known, by coverage (stock: low to unknown)"],
    }  # fmt: skip
    text = changes_text("1.0.1", "1.0.0", difference)
    assert "closed: Library 4" in section(text, "Birch (X2)", 3)
    assert "Library 4" not in section(text, "Alder (X1)", 3)


def test_a_list_that_is_cut_says_how_many_more_there_are(tmp_path):
    old, new = later(OLD), later(OLD)
    for n in range(100, 131):
        old["place"].append(OLD["place"][0] | {"place_id": f"p{n}", "name": f"Hall {n}"})
        old["place_record"].append(OLD["place_record"][0] | {"place_id": f"p{n}", "source_id": str(n)})
    for n in range(1, 9):
        old["neighbourhood"].append(OLD["neighbourhood"][0] | {"area_code": f"A1{n}"})
        for rows, value in ((old, 1.0), (new, 2.0 + n)):
            rows["indicator_value"].append(OLD["indicator_value"][0] | {"area_code": f"A1{n}", "value": value})
    new["neighbourhood"] = old["neighbourhood"]
    before = written(tmp_path / "a", old)
    told = compare(before, written(tmp_path / "b", new, before)).by_authority["Alder (X1)"]
    assert len(told["Places"]) == 11
    assert told["Places"][-1] == "gone from its list: and 21 more: table change"
    (values,) = told["Values"]
    assert values.count(" from ") == 5
    assert values.endswith("; and 3 more: table change")


def test_what_is_not_compared_is_said_in_words(tmp_path):
    new = later(OLD)
    row_of(new["indicator"], indicator="poor_pct").update(sources="towns, volunteers")
    row_of(new["index_member"], index_name="gap").update(member_weight=0.5)
    for row in new["index_score"]:
        row["rank_nation"] = 6 - row["rank_nation"]
    text = changes_text("1.0.1", "1.0.0", compare(*two(tmp_path, new)))
    told = section(text, "Not compared")
    assert "- Values of Poor residents (poor_pct): its sources changed: towns; now towns, volunteers." in told
    assert "- Gap (gap): a definition behind it changed." in told
    assert "- Need and gap (both): a definition behind it changed." in told
    assert "- Need (need)" not in told
    assert "- index Gap (gap): Walk to a library (far_m) in d: member_weight 1.0; now member_weight 0.5" in section(text, "Definitions")  # fmt: skip
    assert "another value" not in text


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text_in_changes_and_feed(name, tmp_path):
    new = later(OLD)
    new["place"][0] |= {"name": name, "status": "closed"}
    new["place"][1] |= {"name": name}
    row_of(new["neighbourhood"], area_code="A1").update(area_name=name, authority_name=name, msoa_name=name)
    new["index_method"][0]["title"] = name
    new["release"][0]["title"] = name
    before, after = two(tmp_path, new)
    text = changes_text("1.0.1", "1.0.0", compare(before, after))
    html = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text)
    for harm in ("<script", "<img", "<a ", "<b>", "<table", "<h1>Hall"):
        assert harm not in html
    assert html.count("<h1>") == 1
    write_feed(after, "key", [before])
    root = holds_to_rfc_4287(after / "feed.atom")
    assert {element.tag for element in root.iter()} == {f"{ATOM}{tag}" for tag in ("feed", "id", "title", "updated", "author", "name", "link", "entry", "content")}  # fmt: skip
    assert len(root.findall(f"{ATOM}entry")) == 2
    if name.startswith("🏛"):
        assert "🏛 Hall قاعة" in text
        assert "🏛 Hall قاعة" in root.find(f"{ATOM}entry/{ATOM}content").text


def test_a_release_from_elsewhere_whose_rows_multiply_without_end_is_given_up(tmp_path, monkeypatch):
    rows = later(OLD)
    rows["indicator_value"] = rows["indicator_value"][:1] * 100_000
    before = written(tmp_path / "a", rows)
    rows["indicator_value"] = [row | {"value": 9.0} for row in rows["indicator_value"]]
    after = written(tmp_path / "b", rows)
    monkeypatch.setattr("pipelines.release.compare.PATIENCE_S", 1)
    with pytest.raises(Problem, match="cannot be compared"):
        compare(before, after)


# ---- the feed


def test_a_feed_has_an_entry_per_release_the_newest_first_and_ids_that_stay(tmp_path):
    new = later(OLD)
    row_of(new["place"], place_id="p4")["status"] = "closed"
    before, after = two(tmp_path, new)
    write_feed(before, "key of the first", [])
    write_feed(after, "key of the second", [before])
    first, second = (holds_to_rfc_4287(folder / "feed.atom") for folder in (before, after))
    ids = [root.find(f"{ATOM}id").text for root in (first, second)]
    assert ids[0] == ids[1], "one feed, whichever release carries it"
    entries = second.findall(f"{ATOM}entry")
    assert [entry.find(f"{ATOM}title").text for entry in entries] == ["Release 1.0.1: A town", "Release 1.0.0: A town"]
    assert [entry.find(f"{ATOM}updated").text for entry in entries] == ["2026-10-01T10:00:00Z", "2026-04-01T10:00:00Z"]
    assert second.find(f"{ATOM}updated").text == "2026-10-01T10:00:00Z"
    content = entries[0].find(f"{ATOM}content").text
    assert content.startswith("Everything here is invented.")
    assert "closed: Library 4, Birch 001A, Moor, Birch" in content
    assert "no table of changes" in entries[1].find(f"{ATOM}content").text


def test_a_feed_names_no_place_of_an_earlier_release(tmp_path):
    """Its list may have been withdrawn since."""
    new = later(OLD)
    row_of(new["place"], place_id="p4")["status"] = "closed"
    before, after = two(tmp_path, new)
    write_feed(written(tmp_path / "1.0.2", later(new), after), "key", [before, after])
    text = (tmp_path / "1.0.2" / "feed.atom").read_text("utf-8")
    assert "place, closed: 1" in text
    assert "Library 4" not in text


def test_a_kept_release_that_cannot_be_opened_has_no_entry_and_is_told(tmp_path, caplog):
    before, after = two(tmp_path, later(OLD))
    (before / "commonground.duckdb").write_bytes(b"damaged")
    write_feed(after, "key", [before])
    assert len(holds_to_rfc_4287(after / "feed.atom").findall(f"{ATOM}entry")) == 1
    assert "1.0.0 has no entry in feed.atom" in caplog.text
    with pytest.raises(Problem):
        write_feed(before, "key", [])


# ---- two releases of the town


@pytest.fixture(scope="module")
def both(town_twice: tuple[Town, Town]) -> tuple[Path, Path]:
    releases = town_twice[1].data / "releases"
    return releases / "1.0.0", releases / "1.0.1"


def read(folder: Path, sql: str) -> pd.DataFrame:
    with open_release(folder) as connection:
        return connection.execute(sql).df()


def test_a_first_release_has_no_table_and_says_so(both):
    assert read(both[0], "select * from duckdb_tables() where table_name = 'change'").empty
    assert "change" not in read(both[0], "select tables from release").iloc[0, 0].split(", ")
    assert "change" in read(both[1], "select tables from release").iloc[0, 0].split(", ")
    assert set(read(both[1], "select column_name from column_dictionary where table_name = 'change'")["column_name"]) == set(read(both[1], "from change limit 0"))  # fmt: skip
    assert read(both[1], "select distinct since_version from change").values.tolist() == [["1.0.0"]]


def test_the_table_tells_all_that_changed_in_the_town_and_nothing_else(both):
    """Each part worked out again from the two releases with other tools."""
    change = read(both[1], "from change")
    own = lambda *kinds: set(change.loc[change["change"].isin(kinds), "code"])  # noqa: E731
    old, new = (
        read(folder, "select place_id, name, kinds, area_code, status, is_in_areas_asked from place").set_index(
            "place_id"
        )
        for folder in both
    )
    marked = lambda frame: ~frame["kinds"].str.split(", ").map(lambda kinds: bool(set(kinds) & set(unmarked())))  # noqa: E731
    was, now = (frame[frame["is_in_areas_asked"] & marked(frame)] for frame in (old, new))
    assert own("left_list", "no_longer_shown", "joined") == set(was.index) - set(now.index)
    came = set(now.index) - set(was.index)
    assert own("first_listed", "listed", "newly_shown", "parted") == came
    listed = read(
        both[1], "select place_id from place_event where event = 'first_listed' and since > date '2026-03-31'"
    )
    assert own("first_listed") == came & set(listed["place_id"])
    stayed = was.merge(now, left_index=True, right_index=True, suffixes=("", "_now")).fillna("")
    for kind, column in (("renamed", "name"), ("kinds", "kinds"), ("moved", "area_code")):
        assert own(kind) == set(stayed.index[stayed[column] != stayed[f"{column}_now"]]), kind
    assert own("opened", "closed", "closed_for_now", "replaced") == set(stayed.index[stayed["status"] != stayed["status_now"]])  # fmt: skip

    values = [read(f, "select area_code, indicator, value, coverage from indicator_value").set_index(["area_code", "indicator"]) for f in both]  # fmt: skip
    other = (
        values[0]
        .merge(values[1], left_index=True, right_index=True, suffixes=("", "_now"))
        .fillna({"value": -1.0, "value_now": -1.0})
    )
    other = other[(other["value"] != other["value_now"]) & (other["coverage"] == other["coverage_now"])]
    told = change[change["change"] == "value"].set_index(["area_code", "indicator"])
    assert len(other) > 200
    assert set(told.index) == set(other.index)
    assert (told["value_after"] == other["value_now"].reindex(told.index)).all()

    tenth = [set(read(f, "select distinct area_code, index_name from highest_tenth_change").itertuples(index=False, name=None)) for f in both]  # fmt: skip
    for kind, expected in (("entered_highest_tenth", tenth[1] - tenth[0]), ("left_highest_tenth", tenth[0] - tenth[1])):
        found = change[change["change"] == kind]
        assert set(zip(found["area_code"], found["index_name"], strict=True)) == expected
        assert expected
    labels = [read(f, "select area_code, label from typology").set_index("area_code")["label"] for f in both]
    assert own("label") == set(labels[0].index[labels[0] != labels[1]])
    shas = [read(f, "select source, sha256 from snapshot").set_index("source")["sha256"].fillna("") for f in both]
    assert own("content") == set(shas[0].index[shas[0] != shas[1]])
    ranks = [read(f, "select area_code, index_name, coalesce(rank_nation, rank_authority) as rank from index_score").set_index(["area_code", "index_name"])["rank"].fillna(0) for f in both]  # fmt: skip
    told = change[(change["change"] == "rank") & (change["level"] == "area")].set_index(["area_code", "index_name"])
    assert set(told.index) == set(ranks[0].index[ranks[0] != ranks[1]])
    assert set(change["change"]) <= {"first_listed", "listed", "left_list", "renamed", "kinds", "value", "rank", "label", "content", "entered_highest_tenth", "left_highest_tenth"}  # fmt: skip


def test_changes_tell_what_the_table_tells(both):
    text = (both[1] / "CHANGES.md").read_text("utf-8")
    change = read(both[1], "from change")
    authorities = change.dropna(subset="authority_name")
    for (code, name), rows in authorities.groupby(["authority_code", "authority_name"]):
        told = section(text, f"{name} ({code})", 3)
        shown = rows[rows["level"] == "place"]
        for kind, of_kind in shown.groupby("change"):
            assert sum(place in told for place in of_kind["code"]) == min(len(of_kind), 10), kind
            assert f"and {len(of_kind) - 10} more: table change" in told or len(of_kind) <= 10
        for indicator, of_indicator in rows[rows["change"] == "value"].groupby("indicator"):
            n = len(of_indicator)
            assert f"({indicator}): another value in {n} area" in told
        others = set(
            authorities.loc[(authorities["authority_code"] != code) & (authorities["level"] == "place"), "code"]
        )
        assert not [place for place in others if place in told]
    assert compare(*both).by_authority.keys() == {f"{n} ({c})" for c, n in set(zip(authorities["authority_code"], authorities["authority_name"], strict=True))}  # fmt: skip


def test_the_releases_carry_a_feed_and_their_front_pages_lead_to_it(both):
    roots = [holds_to_rfc_4287(folder / "feed.atom") for folder in both]
    entries = [[entry.find(f"{ATOM}id").text for entry in root.findall(f"{ATOM}entry")] for root in roots]
    assert [len(ids) for ids in entries] == [1, 2]
    assert entries[1][1] == entries[0][0], "a release keeps its id in the feeds of later ones"
    assert roots[1].find(f"{ATOM}entry/{ATOM}title").text.startswith("Release 1.0.1")
    assert roots[1].find(f"{ATOM}updated").text == read(both[1], "select built_at::varchar from release").iloc[0, 0]
    for folder in both:
        page = (folder / "index.html").read_text("utf-8")
        assert '<link rel="alternate" type="application/atom+xml" title="Releases and what changed" href="feed.atom">' in page  # fmt: skip
        assert '<a href="CHANGES.md">' in page
        assert '<a href="feed.atom">' in page
        package = read_json(folder / "datapackage.json")
        (feed,) = [resource for resource in package["resources"] if resource["path"] == "feed.atom"]
        assert feed["mediatype"] == "application/atom+xml"
        resources = {file["path"]: file for file in files_of(package)}
        assert resources["feed.atom"]["licenses"] == resources["CHANGES.md"]["licenses"]
