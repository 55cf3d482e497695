"""The two sheets: they say what the release says, here before missing, unknown never as zero, and no text does harm."""

import subprocess
import sys

import numpy as np
import orjson
import pytest
from click.testing import CliRunner

from pipelines.answers import titles
from pipelines.answers.area.profile import profile
from pipelines.answers.latest import open_latest
from pipelines.answers.lookup import look_up
from pipelines.commands.cli import main
from pipelines.release.database import open_database

HOSTILE = [
    "'; drop table place; --",
    "<script>alert(1)</script>",
    "\x1b[31mred\x1b[0m",
    "x" * 20_000,
    "$code ? %s {0} \\",
    "../../../etc",
    " ",
]


def run(town, *arguments: str):
    return CliRunner().invoke(main, [*arguments, "--data", str(town.data)])


def sheet_of(town, *arguments: str) -> dict:
    done = run(town, *arguments, "--json")
    assert done.exit_code == 0, done.output
    return orjson.loads(done.stdout)


def told(text: str) -> str:
    """The words of a page without its line breaks."""
    return " ".join(text.split())


@pytest.fixture(scope="module")
def reach(town):
    return town.frame("select * from neighbourhood_reach")


@pytest.fixture(scope="module")
def ward(town):
    """A ward's name and its areas with their residents."""
    frame = town.frame(
        "select area_code, population, population_mid_year, ward_name from neighbourhood where ward_name = 'Fablemoor'"
    )
    assert len(frame) > 3
    return frame


@pytest.fixture(scope="module")
def lists(town):
    """The release as lists of dicts, for recounts that share no code with the sheet."""
    return {
        "near": town.frame("select * from neighbourhood_place").to_dict("records"),
        "reach": town.frame(
            """select r.*, a.population, s.decile_nation from neighbourhood_reach as r join neighbourhood as a using (area_code)
            left join index_score as s on s.area_code = r.area_code and s.index_name = 'hardship'"""
        ).to_dict("records"),
    }


# ---- one area


def test_what_is_here_comes_before_what_is_missing_and_what_is_not_known(town):
    done = run(town, "profile", "S99000045")
    assert done.exit_code == 0
    assert done.stdout.startswith("INVENTED")
    headings = ["WHAT IS HERE", "WHAT IS MISSING", "NOT KNOWN", "HOW THE AREA STANDS", "WHAT THIS SUGGESTS", "CANDIDATE", "WHO COUNTED"]  # fmt: skip
    at = [done.stdout.index(f"\n{heading}") for heading in headings]
    assert at == sorted(at)
    assert done.stdout.index("Describes areas, not the people in them") < at[0]
    assert max(len(line) for line in done.stdout.splitlines()) <= 110


def test_every_count_is_the_release_s(town, reach):
    for area in ("S99000001", "S99000045", "S99000140"):
        sheet = sheet_of(town, "profile", area)
        kinds = {kind["kind"]: kind for kind in sheet["here"]["kinds"]}
        mine = reach[reach["area_code"] == area].set_index("kind")
        assert set(kinds) == set(mine.index)
        for kind, row in mine.iterrows():
            unknown = row["coverage"] == "unknown"
            for column in ("n_within_10_min", "n_within_15_min"):
                assert kinds[kind][column] == (None if unknown else row[column])
            near = kinds[kind]["nearest"]
            assert (near is None) == bool(np.isnan(row["nearest_m"]))
            assert near is None or near["distance_m"] == row["nearest_m"]
        for name in ("beyond", "borderline"):
            assert set(sheet["missing"][f"gaps_{name}"]) == set(mine.index[mine["gap"] == name])
        assert set(sheet["not_known"]["kinds"]) == set(mine.index[mine["coverage"] == "unknown"])
        scores = dict(town.query("select index_name, score from index_score where area_code = ?", area))
        assert {index["index_name"]: index["score"] for index in sheet["indices"]} == scores


def test_a_gap_and_a_closing_are_told(town):
    ((area, kind),) = town.query(
        "select area_code, kind from neighbourhood_reach where gap = 'beyond' and kind = 'library' order by area_code limit 1"
    )
    page = told(run(town, "profile", area).stdout)
    assert f"no {titles.singular(kind)} nearer" in page.split("WHAT IS MISSING")[1].split("NOT KNOWN")[0]
    ((area, name),) = town.query(
        "select p.area_code, p.name from place_event join place as p using (place_id) where event = 'closed' and is_in_areas_asked order by all limit 1"
    )
    assert f"Closed: {name}" in told(run(town, "profile", area).stdout)


def test_what_is_not_known_is_called_so(town):
    ((area,),) = town.query(
        "select min(area_code) from neighbourhood_reach where kind = 'skate_park' and coverage = 'unknown'"
    )
    page = told(run(town, "profile", area).stdout)
    here, rest = page.split("WHAT IS HERE")[1].split("WHAT IS MISSING")
    unknown = rest.split("Kinds of place nobody looked for here (no list that was read covers it): ")[1].split(" - ")[0]
    assert "skate parks" in unknown
    assert "skate parks" not in here
    assert "Tenure and leases: no register of the council's land and buildings is read here" in rest
    assert " nan" not in page.lower()
    assert "None of" not in page
    park = next(k for k in sheet_of(town, "profile", area)["here"]["kinds"] if k["kind"] == "skate_park")
    assert park["n_within_15_min"] is None
    assert park["residents_within_15_min"] is None


def test_ranks_are_of_the_number_in_their_frame_and_the_spread_is_named_for_what_it_is(town):
    page = told(run(town, "profile", "S99000045").stdout)
    ((rank, low, middle, high, n),) = town.query(
        "select rank_authority, rank_low, rank_median, rank_high, (select count(*) from neighbourhood where authority_name = 'Samplebridge') from index_score where index_name = 'hardship' and area_code = 'S99000045'"
    )
    assert f"{rank} of {n} in Samplebridge;" in page
    assert f"Rank {low} to {high} (middle {middle}) in the nation: spread over method choices and data errors" in page
    assert "evidence grade" in page


def test_the_typology_says_which_row_decided(town):
    for label in town.frame("select * from typology").groupby("label").first().reset_index().to_dict("records"):
        sheet = sheet_of(town, "profile", town.query("select min(area_code) from typology where label = ?", label["label"])[0][0])  # fmt: skip
        (mine,) = sheet["typology"]
        assert mine["shown_as"] == label["shown_as"]
        assert mine["rule_says"]
        assert all(mine["axes"][axis] == state for axis, state in mine["rule_says"].items())


# ---- several areas


def test_a_ward_is_a_mean_weighted_by_residents_with_places_counted_once(town, ward, lists):
    sheet = sheet_of(town, "profile", "fablemoor")
    assert sheet["asked"]["level"] == "ward"
    residents = dict(zip(ward["area_code"], ward["population"], strict=True))
    assert sheet["where"]["residents"] == sum(residents.values())
    weight = dict(zip(ward["area_code"], ward["population_mid_year"], strict=True))
    assert sheet["where"]["weighted_as"] == "in mid-2022 (invented)"
    for index in sheet["indices"]:
        known = [(score, weight[area]) for area, score in town.query("select area_code, score from index_score where index_name = ?", index["index_name"]) if area in residents and score is not None]  # fmt: skip
        mean = sum(score * n for score, n in known) / sum(n for _, n in known) if known else None
        assert index["score"] == (None if mean is None else pytest.approx(mean))
        assert index["ranks"] is None
        assert index["decile_nation"] is None
    values = {i["indicator"]: i for i in sheet["indicators"]}
    rates = dict(town.query("select area_code, value from indicator_value where indicator = 'disability_pct'"))
    mean = sum(rates[area] * n for area, n in weight.items()) / sum(weight.values())
    assert values["disability_pct"]["value"] == pytest.approx(mean)
    for kind in sheet["here"]["kinds"]:
        distinct = {row["place_id"] for row in lists["near"] if row["kind"] == kind["kind"] and row["area_code"] in residents}  # fmt: skip
        assert kind["n_within_15_min"] in (len(distinct), None)
    assert {area["area_code"] for area in sheet["areas"]} == set(residents)
    assert "Ranks are not averaged" in told(run(town, "profile", "fablemoor").stdout)


@pytest.mark.parametrize("level", ["ward", "msoa", "authority"])
def test_a_code_and_a_name_mean_the_same_areas(town, level):
    code, name = town.query(f"select {level}_code, {level}_name from neighbourhood order by all desc limit 1")[0]
    wanted = {row[0] for row in town.query(f"select area_code from neighbourhood where {level}_code = ?", code)}
    with open_latest(town.data) as connection:
        for text in (code, code.lower(), name, f"  {name.upper()} "):
            asked = look_up(connection, text)
            assert (asked.level, set(asked.codes)) == (level, wanted)


@pytest.mark.parametrize("change", [str, str.lower, lambda p: f" {p[:-3]} {p[-3:]}", lambda p: f"{p[:2]}  {p[2:]}"])
def test_a_postcode_is_read_however_it_is_written(town, change):
    postcode, area = town.query("select postcode, area_code from postcode order by postcode limit 1")[0]
    assert sheet_of(town, "profile", change(postcode))["where"]["area"][0]["code"] == area


def test_a_name_of_several_areas_is_not_guessed(town, tmp_path):
    """The town has no such name, so a ward is renamed in a copy."""
    import shutil

    shutil.copytree(town.release, tmp_path / "releases" / "1.0.0")
    (tmp_path / "releases" / "latest").symlink_to("1.0.0")
    with open_database(tmp_path / "releases" / "1.0.0" / "commonground.duckdb") as connection:
        connection.execute("update neighbourhood set ward_name = 'Fablemoor' where ward_name = 'Notterside'")
    done = CliRunner().invoke(main, ["profile", "Fablemoor", "--data", str(tmp_path)])
    assert done.exit_code == 2
    assert "is the name of 2 areas (ward)" in done.stderr
    assert "in Northbank" in done.stderr


# ---- a file


def test_a_csv_counts_each_area_once_and_tells_every_line_it_could_not_find(town, tmp_path):
    postcode, area = town.query("select postcode, area_code from postcode order by postcode limit 1")[0]
    other = "S99000099"
    lines = ["name,LSOA21CD", f"a,{area}", f"b,{other}", f"c,{postcode[:-3]} {postcode[-3:]}", "d,W01000001", 'e,"<b>x</b>\x1b[31m"', "f", ""]  # fmt: skip
    path = tmp_path / "list.csv"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    sheet = sheet_of(town, "profile", str(path))
    assert {row["area_code"] for row in sheet["areas"]} == {area, other}
    assert [miss["line"] for miss in sheet["asked"]["not_found"]] == [5, 6, 7]
    assert sheet["asked"]["not_found"][0]["value"] == "W01000001"
    page = run(town, "profile", str(path)).stdout
    assert "NOT FOUND: 3 of 6 lines" in page
    assert "<b>" not in page
    assert "\x1b" not in page


@pytest.mark.parametrize("text", ["S99000099\nS99000045\n", "my areas;note\nS99000099;x\nS99000045;y\n", "x,pcds,area_code\n1,no,S99000045\n2,no,S99000099\n"])  # fmt: skip
def test_a_csv_with_or_without_a_heading_is_read(town, tmp_path, text):
    path = tmp_path / "areas.csv"
    path.write_text(text)
    sheet = sheet_of(town, "profile", str(path))
    assert {row["area_code"] for row in sheet["areas"]} == {"S99000045", "S99000099"}
    assert sheet["asked"]["not_found"] == []


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe\x00bad", b"area_code\nE01000001\n", b'"' + b"x" * 200_000, b"\x00\x00"]
)
def test_a_csv_that_names_no_area_is_refused_in_one_sentence(town, tmp_path, body):
    path = tmp_path / "bad.csv"
    path.write_bytes(body)
    done = run(town, "profile", str(path))
    assert done.exit_code == 2
    assert done.stderr.startswith("commonground: bad.csv: ")
    assert len(done.stderr.splitlines()) == 1
    assert run(town, "profile", str(tmp_path / "none.csv")).exit_code == 2


# ---- wrong questions


def test_an_unknown_area_is_refused_with_what_is_near(town):
    done = run(town, "profile", "Fablemore")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Do you mean Fablemoor" in done.stderr
    assert "not a live postcode" in run(town, "profile", "zz99 9zz").stderr


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("command", ["profile", "place"])
def test_no_text_does_harm(town, command, text):
    before = (town.release / "commonground.duckdb").read_bytes()
    for more in ([], ["--json"]):
        done = run(town, command, text, *more)
        assert done.exit_code in (1, 2)
        assert done.exception is None or isinstance(done.exception, SystemExit)
        assert len(done.stderr) < 1000
        assert len(done.stderr.splitlines()) == 1
        assert "<script" not in done.output
        assert "\x1b" not in done.output
    assert (town.release / "commonground.duckdb").read_bytes() == before


@pytest.mark.parametrize("command", ["profile", "place"])
def test_without_a_release_it_says_what_to_do(tmp_path, command):
    done = CliRunner().invoke(main, [command, "x", "--data", str(tmp_path)])
    assert done.exit_code == 1
    assert "commonground refresh" in done.stderr


def test_json_and_page_are_stable_and_need_no_dagster(town):
    for arguments in (["profile", "Fablemoor"], ["place", "Sundial Library"]):
        first = run(town, *arguments, "--json").stdout
        assert first == run(town, *arguments, "--json").stdout
        assert run(town, *arguments).stdout == run(town, *arguments).stdout
    keys = list(sheet_of(town, "profile", "Fablemoor"))
    assert keys == list(sheet_of(town, "profile", "S99000045"))
    code = (
        "import sys, pipelines.answers.area.profile, pipelines.answers.place.place; sys.exit('dagster' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def test_a_profile_is_a_pure_function_of_the_release_and_the_areas(town):
    with open_latest(town.data) as connection:
        asked = look_up(connection, "S99000045")
        assert profile(connection, asked) == profile(connection, asked)


# ---- one place


def test_a_place_is_found_by_id_by_record_and_by_name(town):
    place_id, name, source, source_id = town.query(
        """select p.place_id, p.name, r.source, r.source_id from place as p join place_record as r using (place_id)
        where p.name in (select name from place_record group by name having count(distinct place_id) = 1) and r.outcome = 'placed' and p.kind = 'library'
        order by all limit 1"""
    )[0]
    asked = [place_id, place_id.upper(), f"{source}:{source_id}", f"{source}|{source_id}", name, name.upper(), f"the {name}"]  # fmt: skip
    for text in asked:
        assert sheet_of(town, "place", text)["place"]["place_id"] == place_id, text


def test_a_name_of_several_places_lists_them_and_asks_for_an_id(town):
    n = town.query("select count(*) from place where lower(name) = 'the bramble centre'")[0][0]
    assert n > 1
    done = run(town, "place", "the bramble centre")
    assert done.exit_code == 2
    assert "Name one of them by its id" in done.stderr
    assert len([line for line in done.stdout.splitlines() if line.startswith("  p")]) == min(n, 20)
    done = run(town, "place", "centre", "--json")
    hits = orjson.loads(done.stdout)
    assert (done.exit_code, len(hits["hits"])) == (2, 20)
    assert hits["n_hits"] > 20


def test_an_unknown_place_is_refused_with_names_like_it(town):
    done = run(town, "place", "Sundial Librry")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Do you mean Sundial Library (p" in done.stderr
    assert run(town, "place", "p00000000000000").exit_code == 2


def test_a_place_says_what_is_not_known(town):
    page = told(run(town, "place", town.query("select place_id from place where owner_kind is null and run_by is null and kind = 'community_centre' order by 1 limit 1")[0][0]).stdout)  # fmt: skip
    assert page.startswith("INVENTED")
    assert "Owner not known Tenure not known" in page
    assert "Run by not known" in page
    assert "Asset of Community Value listing: not known (no register that was read and may be shown has it;" in page
    assert "Next date: not known." in page


def test_a_closed_place_says_when_and_on_what_evidence(town):
    closed = town.query("""
        select place_id, min(e.since), bool_or(k.is_counted) from place_event as e join place using (place_id) join place_kind as k using (place_id)
        where event = 'closed' and precision = 'year' and place.status = 'closed' group by place_id order by 3, 1""")
    assert {is_stock for *_, is_stock in closed} == {
        False,
        True,
    }  # one that counts as stock is nowhere to go all the same
    for place_id, since, _ in (closed[0], closed[-1]):
        page = told(run(town, "place", place_id).stdout)
        assert f"closed (confirmed) since {since.year};" in page
        assert "Not worked out: it is not open now." in page
        assert "Other places that closed" not in page


def test_every_record_and_why_they_are_one(town):
    place_id, n = town.query("select place_id, count(*) as n from place_record group by 1 order by n desc, 1 limit 1")[
        0
    ]
    sheet = sheet_of(town, "place", place_id)
    assert len(sheet["records"]) == n > 1
    assert all(row["licence"] and row["source_title"] and row["as_at"] for row in sheet["records"])
    assert len(sheet["matches"]) == town.query("select count(*) from record_match where place_id = ?", place_id)[0][0] > 0  # fmt: skip
    page = told(run(town, "place", place_id).stdout)
    assert all(f"Record {row['source']}:{row['source_id']}" in page for row in sheet["records"])


def test_loss_is_what_a_brute_force_recount_gives(town, lists):
    by_area = {}
    for row in lists["near"]:
        by_area.setdefault((row["area_code"], row["kind"]), {})[row["place_id"]] = row["distance_m"]
    chosen = town.query(
        """select place_id, kind from place_kind where is_counted and kind in ('library', 'community_centre', 'pub', 'museum')
        qualify row_number() over (partition by kind order by place_id) <= 6 order by all"""
    )
    n_only = n_near = 0
    for place_id, kind in chosen:
        (loss,) = [row for row in sheet_of(town, "place", place_id)["loss"] if row["kind"] == kind]
        only = nearest = only_worst = beyond = near_next = 0
        for row in (row for row in lists["reach"] if row["kind"] == kind):
            near = by_area.get((row["area_code"], kind), {})
            worst = row["decile_nation"] == 1
            if set(near) == {place_id}:
                only += row["population"]
                only_worst += row["population"] * worst
            if row["nearest_place_id"] == place_id:
                nearest += row["population"]
                if place_id in near and len(near) > 1:
                    near_next += row["population"]
                else:
                    beyond += row["population"]
        assert loss["residents_only"] == only
        assert loss["residents_only_highest_tenth"] == only_worst
        assert loss["residents_nearest"] == nearest
        assert loss["residents_next_beyond_15_min"] + loss["residents_next_not_known"] == beyond
        assert loss["residents_next_within_15_min"] == near_next
        n_only, n_near = n_only + bool(only), n_near + bool(near_next)
    assert n_only
    assert n_near


def test_alternatives_are_the_nearest_counted_places_of_the_kind(town):
    place_id, x, y = town.query("select place_id, longitude, latitude from place where kind = 'library' and status = 'open' order by 1 limit 1")[0]  # fmt: skip
    others = town.query("select place_id, longitude, latitude from place join place_kind using (place_id) where place_kind.kind = 'library' and is_counted and place_id != ?", place_id)  # fmt: skip
    lon, lat = np.radians([[o[1], x] for o in others]), np.radians([[o[2], y] for o in others])
    half = np.sin(np.diff(lat)[:, 0] / 2) ** 2 + np.cos(lat[:, 0]) * np.cos(lat[:, 1]) * np.sin(np.diff(lon)[:, 0] / 2) ** 2  # fmt: skip
    walk = 2 * 6371008.8 * np.arcsin(np.sqrt(half)) * 1.3
    told = next(row for row in sheet_of(town, "place", place_id)["alternatives"] if row["kind"] == "library")
    assert told["measure"] == "between the places, straight line x 1.3, 80 m a minute"
    assert [p["distance_m"] for p in told["places"]] == pytest.approx(
        sorted(walk[walk <= 4800])[:5], rel=0.007
    )  # on a sphere, not the grid
