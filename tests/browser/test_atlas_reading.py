"""The reading side of the atlas in a browser: search, panel, comparison, table and downloads, held to the release's database."""

import csv
import json
import re
from collections import Counter

import pytest

from pipelines.answers.area.profile import answer

pytestmark = pytest.mark.timeout(240)

DRAWS = False  # without a map: what this side of the atlas must do alone
AREA = "S99000001"


def spaced(text: str) -> str:
    """The text on one line."""
    return " ".join(text.split())


def panel_of(page) -> str:
    """What the panel says, once it is filled, and every index in it that is open."""
    page.wait_for_selector("#panel:not([hidden]):not([aria-busy]) #panel-body > *")
    page.wait_for_function(
        "() => [...document.querySelectorAll('#panel details[open]')].every((one) => one.children.length > 1)"
    )
    return spaced(page.inner_text("#panel"))


def look_for(page, text: str) -> list[str]:
    """The answers to a text, each as it is read out."""
    page.fill("#find", text)
    page.wait_for_selector("#found [role=option]")
    return [spaced(option) for option in page.locator("#found [role=option]").all_inner_texts()]


def rows_of(page) -> list[list[str]]:
    page.wait_for_selector("#rows-table tbody tr")
    return [
        [spaced(cell) for cell in row.split("\t")] for row in page.locator("#rows-table tbody tr").all_inner_texts()
    ]


# ---- search


def test_a_postcode_finds_its_area_however_it_is_written(open_page, town):
    postcode, area = town.query("select postcode, area_code from postcode order by postcode limit 1 offset 40")[0]
    (name,) = town.query("select area_name from neighbourhood where area_code = ?", area)[0]
    outward, inward = postcode[:-3].strip(), postcode[-3:]
    page = open_page()
    for typed in (f"{outward} {inward}", f"{outward}{inward}".lower(), f" {outward.lower()}  {inward} "):
        assert look_for(page, typed) == [f"{outward} {inward} in {name} ({area})"]
        page.fill("#find", "")
    look_for(page, postcode)
    page.press("#find", "Enter")
    assert area in panel_of(page)
    page.wait_for_url(f"**#a={area}*")


NAMED = {
    "select area_code from neighbourhood order by 1 limit 1 offset 7": "Small areas",
    "select area_name from neighbourhood order by 1 limit 1 offset 7": "Small areas",
    "select ward_name from neighbourhood where ward_name like '%&%' limit 1": "Wards",
    "select msoa_name from neighbourhood order by 1 limit 1": "Middle layer areas (MSOAs)",
    "select authority_name from neighbourhood order by 1 limit 1": "Authorities",
    "select name from place join neighbourhood using (area_code) where kind = 'library' order by 1 limit 1": "Places",
}


def test_what_has_a_name_or_a_code_is_found_by_it_first(open_page, town):
    page = open_page()
    for sql, kind in NAMED.items():
        (asked,) = town.query(sql)[0]
        page.fill("#find", "")
        assert asked in look_for(page, asked.upper())[0]
        assert page.locator("#found .kind").first.inner_text().startswith(kind)
        page.press("#find", "Enter")
        page.wait_for_function("name => document.getElementById('panel').textContent.includes(name)", arg=asked)


def test_a_near_spelling_is_offered_as_such_and_not_chosen_by_itself(open_page):
    page = open_page()
    answers = look_for(page, "Fablegaet")
    assert "Fablegate Samplebridge" in answers
    assert page.inner_text("#find-note") == "Nothing is spelt so; these are spelt nearly so."
    page.press("#find", "Enter")
    page.wait_for_timeout(300)
    assert page.locator("#panel").is_hidden()


def test_answers_are_few_and_say_how_many_more(open_page, town):
    page = open_page()
    answers = look_for(page, "samplebridge")
    assert len(answers) <= 16
    (n,) = town.query("select count(*) from neighbourhood where area_name ilike 'samplebridge%'")[0]
    shown = sum(bool(re.search(r"S99000\d{3}", answer)) for answer in answers)
    assert f"({n - shown} more: type on)" in page.inner_text("#found")


def test_nothing_found_is_said(open_page):
    page = open_page()
    for typed, told in {
        "SE15": "It looks like the start of a postcode",
        "SE15 9XX": "It looks like a postcode: it may be new, closed",
        "zzzzqqq": "Nothing found for “zzzzqqq”.",
    }.items():
        page.fill("#find", typed)
        page.wait_for_function("told => document.getElementById('find-note').textContent.startsWith(told)", arg=told)
        assert page.get_attribute("#find", "aria-expanded") == "false"


def test_a_postcode_being_typed_reads_no_names_of_places(open_page):
    """They are the largest file there is, and who types a postcode on a slow line waits for them in vain."""
    page = open_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.focus("#find")
    page.keyboard.type("zz1 2a", delay=200)
    page.wait_for_timeout(500)
    assert [url for url in asked if "place_names" in url] == []
    page.fill("#find", "ropemaker")
    page.wait_for_selector("#found [role=option]")
    assert [url for url in asked if "place_names" in url] != []


def test_the_box_is_a_combobox_by_keyboard(open_page):
    page = open_page()
    page.focus("#find")
    page.keyboard.type("fable")
    page.wait_for_selector("#found [role=option]")
    assert page.get_attribute("#find", "aria-expanded") == "true"
    assert page.get_attribute("#find", "aria-activedescendant") is None
    page.keyboard.press("ArrowDown")
    first = page.get_attribute("#find", "aria-activedescendant")
    assert page.get_attribute(f"#{first}", "aria-selected") == "true"
    page.keyboard.press("ArrowUp")
    last = page.get_attribute("#find", "aria-activedescendant")
    assert last != first
    assert page.locator("#found [aria-selected=true]").count() == 1
    page.keyboard.press("Escape")
    assert page.get_attribute("#find", "aria-expanded") == "false"
    assert page.input_value("#find") == "fable"
    page.keyboard.press("Escape")
    assert page.input_value("#find") == ""


def test_what_the_front_page_asks_is_answered(open_page, town):
    postcode, area = town.query("select postcode, area_code from postcode order by postcode limit 1 offset 90")[0]
    page = open_page(f"?q={postcode.replace(' ', '+')}")
    assert area in panel_of(page)
    # answered once: a link that still asked it would lead whoever opens it away from what it shows
    told = f"{page.url.split('?')[0].split('#')[0]}#a={area}"
    assert page.evaluate("CG.link()") == told
    page.wait_for_url(told)


# ---- the panel of an area


def test_a_profile_tells_what_is_here_before_what_is_missing_then_how_it_stands(open_page):
    page = open_page(f"#a={AREA}")
    panel_of(page)
    heads = page.locator("#panel h3").all_inner_texts()
    wanted = ["What is here", "What is missing", "How the area stands", "What this suggests", "Candidate buildings and sites", "Not known"]  # fmt: skip
    assert heads == wanted


def test_none_of_a_kind_that_is_partly_known_is_none_that_we_know_of(open_page, town):
    none = "n_within_15_min = 0 and standard_minutes is null and subset_of is null and kind_group != 'site'"
    reach = f"select {{}} from neighbourhood_reach join kind using (kind) where {none}"
    area = town.query(f"{reach.format('area_code')} group by 1 having count(distinct coverage) = 2 order by 1 limit 1")[0][0]  # fmt: skip
    page = open_page(f"#a={area}")
    panel_of(page)
    lines = page.locator("#panel li", has_text="where no standard is set").all_inner_texts()
    told = dict(line.split(" within 15 minutes, where no standard is set: ") for line in lines)
    several = page.evaluate("Object.fromEntries(CG.atlas.kinds.map(({ kind, several }) => [kind, several]))")
    found = town.query(f"{reach.format('kind, coverage')} and area_code = ?", area)
    for kind, coverage in found:
        assert several[kind] in told["None" if coverage == "observed" else "None that we know of"]


SENTENCES = (
    "Score: 5.7 (0 to about 100",
    "Rank 120 to 132 (middle 128) in the nation",
    "6th of 9 small areas in the ward",
    "How sure: evidence grade A",
    "Most of it (96 % of its weight)",
    "Rank in the nation by other weights: equal: 132",
    "No gap found:",
    "Partly known, so there may be more",
)


def test_it_says_what_the_printed_profile_says(open_page, town):
    """The sentences of the printed profile that begin so stand in the panel too, in the same words."""
    printed = spaced(answer(town.settings, AREA, wants_json=False))
    said = panel_of(open_page(f"#a={AREA}"))
    for start in SENTENCES:
        sentence = re.split(r"(?<=[a-z0-9)])\. | - |:$", printed[printed.index(start) :])[0]
        missed = Counter(re.findall(r"[^\s,;.]+", sentence)) - Counter(re.findall(r"[^\s,;.]+", said))
        assert missed == Counter(), sentence
        assert sentence[:40] in said


def test_a_count_opens_to_the_places_behind_it(open_page, town):
    page = open_page(f"#a={AREA}")
    panel_of(page)
    behind = town.query("""
        select kind, count(*) from neighbourhood_place where area_code = ? and kind in
            (select kind from kind where kind_group != 'site' and subset_of is null) group by kind order by kind""", AREA)  # fmt: skip
    assert behind
    for kind, n in behind:
        (several, one) = town.query("select lower(title), title from kind where kind = ?", kind)[0]
        name, metres = town.query("select name, round(distance_m)::integer from neighbourhood_place join place using (place_id) where neighbourhood_place.area_code = ? and neighbourhood_place.kind = ? order by distance_m limit 1", AREA, kind)[0]  # fmt: skip
        opened = page.locator("#panel .lines details", has_text=f"nearest {name},").filter(
            has_text=re.compile(rf"^{n} ")
        )
        opened.first.locator("summary").click()
        opened.first.locator("ul > li").first.wait_for()
        entries = opened.first.locator("ul > li").all_inner_texts()
        assert len(entries) == n, (kind, several, one)
        assert spaced(entries[0]).startswith(f"{name} {metres:,} m, ")


def test_ranks_are_those_of_the_database_in_every_scope(open_page, town):
    page = open_page(f"#a={AREA}&m=infrastructure_gap")
    said = panel_of(page)
    ranks = town.query("select rank_nation, rank_region, rank_authority, rank_like_areas from index_score where area_code = ? and index_name = 'infrastructure_gap'", AREA)[0]  # fmt: skip
    scopes = town.query("select nation_name, region_name, authority_name, like_areas_name from neighbourhood where area_code = ?", AREA)[0]  # fmt: skip
    sizes = [150, *(town.query(f"select count(*) from neighbourhood where {name}_name = ?", scope)[0][0] for name, scope in zip(("region", "authority", "like_areas"), scopes[1:], strict=True))]  # fmt: skip
    for rank, size, scope in zip(ranks, sizes, scopes, strict=True):
        assert re.search(rf"\b{rank} of {size} in (areas like it \()?{re.escape(scope)}", said)


def test_pushes_add_up_and_name_what_pushes_most(open_page, town):
    page = open_page(f"#a={AREA}")
    panel_of(page)
    told = [row.split("\t") for row in page.locator("#panel .pushes tbody tr").all_inner_texts()]
    wanted = town.query("select contribution from domain_contribution where area_code = ? and index_name = 'hardship' order by abs(contribution) desc", AREA)  # fmt: skip
    signed = [f"{'−' if push < 0 else '+'}{abs(push):.1f}" for (push,) in wanted]
    assert [spaced(row[-1]) for row in told] == signed
    start = float(re.search(r"Why: from ([\d.]+)", spaced(page.inner_text("#panel"))).group(1))
    (score,) = town.query("select score from index_score where area_code = ? and index_name = 'hardship'", AREA)[0]
    assert start + sum(push for (push,) in wanted) == pytest.approx(score, abs=0.1)


def test_an_area_alike_is_one_press_away(open_page, town):
    page = open_page(f"#a={AREA}")
    panel_of(page)
    (peer,) = town.query("select peer_name from area_peer where area_code = ? and index_name = 'hardship' and position = 1", AREA)[0]  # fmt: skip
    page.get_by_role("button", name=peer, exact=True).click()
    page.wait_for_function("name => document.getElementById('panel-title').textContent.startsWith(name)", arg=peer)


def test_an_index_without_a_score_says_why(open_page, town):
    (area,) = town.query("select area_code from index_score where index_name = 'ownership_opportunity' and score is null order by 1 limit 1")[0]  # fmt: skip
    said = panel_of(open_page(f"#a={area}&m=ownership_opportunity"))
    assert "Score: not known (too little of what the score is made of is known)" in said
    assert "no grade, for there is no score" in said


def test_an_area_that_is_not_there_is_told(open_page):
    assert "This release has no such area" in panel_of(open_page("#a=E01999999"))


# ---- larger areas, places, two areas


@pytest.mark.parametrize("level", ["msoa", "authority"])
def test_a_larger_area_is_told_as_a_whole_with_its_areas(open_page, town, level):
    code, name, score, rank, n, share = town.query("select code, name, average_score, rank_by_average_score, n_of_level, share_in_highest_tenth from area_roll_up where level = ? and index_name = 'hardship' order by code limit 1", level)[0]  # fmt: skip
    page = open_page(f"#g={level}:{code}")
    said = panel_of(page)
    assert said.startswith(f"{name} {code}")
    assert f"average score {score:.1f}, rank {rank} of {n}" in said
    assert f"areas in the highest tenth {share * 100:.0f} %" in said
    inside = town.query(f"select count(*) from neighbourhood where {level}_code = ?", code)[0][0]
    assert f"Its {inside} small areas" in said
    (worst,) = town.query(f"select area_name from neighbourhood join index_score using (area_code) where {level}_code = ? and index_name = 'hardship' order by score desc limit 1", code)[0]  # fmt: skip
    first = page.locator("#panel ol button").first
    assert first.inner_text() == worst
    first.click()
    page.wait_for_function("name => document.getElementById('panel-title').textContent.startsWith(name)", arg=worst)


def test_a_place_is_told_with_what_is_not_known(open_page, town):
    place, name, source, area = town.query("select place_id, p.name, title, area_name from place as p join source on source = name_source join neighbourhood using (area_code) where p.kind = 'library' and owner_kind is null and status = 'open' order by 1 limit 1")[0]  # fmt: skip
    said = panel_of(open_page(f"#p={place}"))
    assert said.startswith(name)
    assert "Owner not known" in said
    assert f"Name from {source}" in said
    assert f"It lies in {area}." in said


def test_a_candidate_is_told_with_its_evidence(open_page, town):
    place, says, unknown = town.query("select place_id, evidence, not_known from opportunity join neighbourhood using (area_code) where what = 'closed_place' order by 1 limit 1")[0]  # fmt: skip
    said = panel_of(open_page(f"#p={place}"))
    (titles,) = [dict(town.query("select source, title from source"))]
    for source in sorted(titles, key=len, reverse=True):
        says = says.replace(source, titles[source])
    assert says.split(" says ")[1] in said
    assert f"not known: {unknown}" in said


def test_back_from_a_place_to_the_area(open_page):
    page = open_page(f"#a={AREA}")
    panel_of(page)
    page.locator("#panel .lines details summary").first.click()
    page.locator("#panel .lines details button").first.click()
    page.get_by_role("button", name="Back", exact=True).click()
    page.wait_for_function("code => document.getElementById('panel-title').textContent.includes(code)", arg=AREA)


def test_two_areas_are_set_side_by_side(open_page, town):
    other = "S99000104"
    page = open_page(f"#a={AREA}")
    panel_of(page)
    page.get_by_role("button", name="Compare").click()
    assert "Choose another area" in page.inner_text("#panel-note")
    look_for(page, other)
    page.press("#find", "Enter")
    page.wait_for_url(f"**#a={AREA}&with={other}*")
    page.wait_for_selector("#panel .beside")
    scores = [f"{score:.1f}" for (score,) in town.query("select score from index_score where index_name = 'hardship' and area_code in (?, ?) order by area_code", AREA, other)]  # fmt: skip
    assert "Score\t" + "\t".join(scores) in page.locator("#panel .beside").nth(1).inner_text()
    (name,) = town.query("select area_name from neighbourhood where area_code = ?", other)[0]
    page.locator("#panel").get_by_role("button", name=name, exact=True).click()
    page.wait_for_url(f"**#a={other}*")


# ---- table and files


def test_the_table_has_the_rows_of_the_map_in_order(open_page, town):
    page = open_page()
    page.click("#rows-open")
    rows = rows_of(page)
    wanted = town.query("select area_name, area_code, authority_name, score, rank_nation from index_score join neighbourhood using (area_code) where index_name = 'hardship' order by score desc limit 50")  # fmt: skip
    assert len(rows) == 50
    for (name, code, authority, score, rank), row in zip(wanted, rows, strict=True):
        assert row[:2] == [f"{name} {code}", authority]
        found = re.match(r"score ([\d.]+), rank (\d+) of 150", row[2])
        assert float(found[1]) == pytest.approx(score, abs=0.051)
        assert int(found[2]) == rank
    assert page.inner_text("#rows-pages span") == "Page 1 of 3"
    page.get_by_role("button", name="Next").click()
    assert rows_of(page)[0] != rows[0]
    page.wait_for_url("**table=1*")


def test_the_table_sorts_by_what_is_pressed_and_says_so(open_page, town):
    page = open_page("#table=1")
    rows_of(page)
    page.get_by_role("button", name="Small area", exact=True).click()
    page.wait_for_selector("th[aria-sort=ascending]")
    names = [row[0].rsplit(" ", 1)[0] for row in rows_of(page)]
    assert names == [name for (name,) in town.query("select area_name from neighbourhood order by area_name limit 50")]
    page.get_by_role("button", name="Small area", exact=True).click()
    page.wait_for_selector("th[aria-sort=descending]")
    page.wait_for_url("**sort=-name*")


def test_a_scope_shortens_the_table_and_what_is_not_known_comes_last(open_page, town):
    (authority,) = town.query("select authority_code from neighbourhood join index_score using (area_code) where index_name = 'ownership_opportunity' and score is null order by 1 limit 1")[0]  # fmt: skip
    page = open_page(f"#table=1&m=ownership_opportunity&s=authority:{authority}")
    rows = rows_of(page)
    (n,) = town.query("select count(*) from neighbourhood where authority_code = ?", authority)[0]
    assert f"{n} small areas" in page.inner_text("#rows-told")
    assert rows[-1][3] == "not known"


def test_a_row_opens_its_area(open_page):
    page = open_page("#table=1")
    name, code = rows_of(page)[0][0].rsplit(" ", 1)
    page.get_by_role("button", name=name, exact=True).click()
    assert code in panel_of(page)
    page.wait_for_selector("#rows-table tr.chosen")


def read_csv(download) -> list[dict]:
    return list(csv.DictReader(open(download.path(), newline="", encoding="utf-8")))


def test_the_csv_holds_what_is_shown_with_licence_release_and_caution(open_page, town):
    page = open_page("#table=1&m=bad_health_pct")
    rows_of(page)
    with page.expect_download() as held:
        page.click("#rows-csv")
    assert held.value.suggested_filename == "invented-bad_health_pct-area.csv"
    rows = read_csv(held.value)
    wanted = dict(town.query("select area_code, value from indicator_value where indicator = 'bad_health_pct'"))
    assert {row["code"]: float(row["value"]) for row in rows} == pytest.approx(wanted, rel=1e-3)
    (licence,) = town.query("select licence from indicator where indicator = 'bad_health_pct'")[0]
    (title,) = town.query("select title from licence where licence = ?", licence)[0]
    assert {row["licence"].split(", http")[0] for row in rows} == {title}
    version, caution = town.query("select version, ecological_fallacy from release")[0]
    assert all(version in row["release"] and row["caution"] == caution and row["is_invented"] == "true" for row in rows)


def test_the_label_s_file_is_under_the_licence_of_all_it_rests_on_and_attributes_once(open_page, town):
    page = open_page("#table=1&show=label")
    rows_of(page)
    with page.expect_download() as held:
        page.click("#rows-csv")
    assert held.value.suggested_filename == "invented-label-area.csv"
    rows = read_csv(held.value)
    package = json.loads((town.release / "datapackage.json").read_text(encoding="utf-8"))
    (file,) = [one for one in package["resources"] if one["path"] == "atlas/data/values/typology.js"]
    assert {row["licence"] for row in rows} == {f"{one['title']}, {one['path']}" for one in file["licenses"]}
    (column,) = [name for name in rows[0] if name.startswith("attribution")]
    assert [bool(row[column]) for row in rows] == [True] + [False] * (len(rows) - 1)


def test_a_count_that_may_be_more_says_so(open_page, town):
    page = open_page("#m=pubs_within_15_min")
    texts = page.evaluate(
        "async () => Object.fromEntries((await CG.shownRows()).rows.map(({ code, text }) => [code, text]))"
    )
    wanted = town.query("select area_code, value, coverage from indicator_value where indicator = 'pubs_within_15_min' and value is not null")  # fmt: skip
    assert {coverage for _, _, coverage in wanted} == {"observed", "partial"}
    for area, n, coverage in wanted:
        partly = " (partly covered)" if coverage == "partial" else ""
        assert texts[area] == f"{n:.0f} {'place' if n == 1 else 'places'}{partly}"


def test_the_geojson_is_of_points_with_the_same(open_page, town):
    page = open_page("#table=1")
    rows_of(page)
    with page.expect_download() as held:
        page.click("#rows-geojson")
    told = json.loads(held.value.path().read_text(encoding="utf-8"))
    assert told["type"] == "FeatureCollection"
    assert {"licence", "release", "caution", "attribution"} <= told["about"].keys()
    where = {
        code: (lon, lat) for code, lon, lat in town.query("select area_code, longitude, latitude from neighbourhood")
    }
    assert len(told["features"]) == len(where)
    for feature in told["features"]:
        assert tuple(feature["geometry"]["coordinates"]) == pytest.approx(where[feature["id"]], abs=2e-5)


def test_a_larger_level_is_downloaded_in_its_rows(open_page, town):
    page = open_page("#table=1&l=authority")
    rows_of(page)
    with page.expect_download() as held:
        page.click("#rows-geojson")
    told = json.loads(held.value.path().read_text(encoding="utf-8"))
    wanted = dict(town.query("select code, average_score from area_roll_up where level = 'authority' and index_name = 'hardship'"))  # fmt: skip
    assert {one["id"]: one["properties"]["value"] for one in told["features"]} == pytest.approx(wanted, abs=1e-3)


# ---- from a folder


def test_from_a_folder_table_search_and_panel_work_and_the_page_says_what_the_map_needs(open_page, town):
    page = open_page(address=f"file://{town.release}", after=f"#a={AREA}")
    assert AREA in panel_of(page)
    assert "The map needs a file server" in page.inner_text("#map-note")
    assert len(rows_of(page)) == 50
    look_for(page, "Fablegate")
    page.press("#find", "Enter")
    page.wait_for_function("() => document.getElementById('panel-title').textContent.startsWith('Fablegate')")
