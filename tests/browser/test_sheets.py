"""Sheets to print in a browser: an area, a place, an authority, from a folder, on a screen and on paper, held to the database."""

import re
import shutil
from pathlib import Path

import pytest
from fixtures.browser import SIZES

from pipelines.release.atlas.build import write_data
from pipelines.release.database import open_database, open_release

pytestmark = pytest.mark.timeout(240)

DRAWS = False
AREA = "S99000001"
AUTHORITY = "S99600001"
PAGES = 2  # of A4, at most
HOSTILE = "<img src=x onerror=\"document.title='struck'\"> '\u202eegdirb\u202c' 🏛️"
A4 = {"width": 703, "height": 1032}  # within its margins, in pixels of CSS


def spaced(text: str) -> str:
    """The text on one line."""
    return " ".join(text.split())


def sheet_of(page) -> str:
    """What the sheet says, once it is drawn."""
    page.wait_for_selector("#sheet:not([aria-busy]) > h1")
    return spaced(page.inner_text("#sheet"))


def serious(page) -> list[str]:
    """What axe finds that is serious, each with where."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    # it need not fetch the style sheet to read it, which the page's policy forbids
    violations = axe.Axe().run(page, options={"preload": False}).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in violations if v["impact"] in ("serious", "critical")]


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


@pytest.fixture(scope="module")
def only_library(town) -> tuple[str, str, int]:
    """The library that most residents have as their only one: id, name, and how many they are."""
    return town.query("""
        select place_id, name, residents_only from place_loss join place using (place_id) join neighbourhood using (area_code)
        where place_loss.kind = 'library' and residents_only > 0 order by residents_only desc, 1 limit 1""")[0]  # fmt: skip


@pytest.fixture
def open_sheet(open_page, town):
    """Opens a sheet from the folder of the release, without a server."""
    return lambda after="", size="desk", address=f"file://{town.release}": open_page(
        after, size, address=address, page="sheets/index.html"
    )


def test_each_sheet_fits_every_screen_and_two_pages_of_paper(open_sheet, only_library):
    page = open_sheet()
    for after in (f"#a={AREA}", f"#p={only_library[0]}", f"#g=authority:{AUTHORITY}"):
        page.evaluate("after => { document.getElementById('sheet').replaceChildren(); location.hash = after; }", after)
        sheet_of(page)
        for width, height in SIZES.values():
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (after, width)
        assert serious(page) == [], after
        page.emulate_media(media="print")
        page.set_viewport_size(A4)
        assert page.locator("#find").is_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") <= A4["width"]
        assert page.locator(".invented").is_visible()
        assert 1 <= pages_of(page.pdf(prefer_css_page_size=True)) <= PAGES, after
        page.emulate_media(media="screen")


def test_an_area_is_told_as_the_database_has_it(open_sheet, town):
    page = open_sheet(f"#a={AREA}")
    said = sheet_of(page)
    name, ward, msoa, authority, residents = town.query("select area_name, ward_name, msoa_name, authority_name, population from neighbourhood where area_code = ?", AREA)[0]  # fmt: skip
    assert said.startswith(f"{name} {AREA}")
    assert all(f in said for f in (f"ward {ward}", f"{msoa}, ", f"{authority}. Residents: {residents:,}."))
    for title, rank, low, high in town.query("select title, rank_nation, rank_low, rank_high from index_score join index_method using (index_name) where area_code = ? and score is not null", AREA):  # fmt: skip
        own = spaced(page.locator(".standings > div", has_text=title).inner_text())
        assert re.search(rf"\b{rank}(st|nd|rd|th) of 150 in ", own)
        assert f"Rank {low} to {high} (middle " in own
    for domain, push in town.query("select domain, contribution from domain_contribution where area_code = ? and index_name = 'hardship' order by abs(contribution) desc limit 1", AREA):  # fmt: skip
        assert f"{domain.replace('_', ' ')}" in said.lower()
        assert f"({'−' if push < 0 else '+'}{abs(push):.1f})" in said
    rows = {row[0]: row for row in (r.split("\t") for r in page.locator("#sheet tbody tr").all_inner_texts())}
    kinds = town.query("""
        select k.kind, n_within_15_min, r.coverage from neighbourhood_reach as r join kind as k using (kind)
        where area_code = ? and n_within_15_min > 0 and subset_of is null and kind_group != 'site' and is_shown""", AREA)  # fmt: skip
    several = page.evaluate("Object.fromEntries(CG.atlas.kinds.map(({ kind, several }) => [kind, several]))")
    for kind, n, coverage in kinds:
        told = rows[several[kind][0].upper() + several[kind][1:]]
        assert spaced(told[1]) == f"{n:,}" + (" or more" if coverage == "partial" else "")
    version, fallacy = town.query("select version, ecological_fallacy from release")[0]
    foot = spaced(page.inner_text("footer"))
    assert f"release {version} of " in foot
    assert fallacy in foot
    assert "Open Government Licence" in foot


def test_a_place_says_first_who_would_lose_out_and_links_on(open_sheet, town, only_library):
    place, name, residents = only_library
    page = open_sheet(f"#p={place}")
    said = sheet_of(page)
    assert said.startswith(f"{name} If {name} went, {residents:,} residents would have no other library within a 15-minute walk")  # fmt: skip
    assert "Owner not known" in said
    assert "as an asset of community value. That alone does not say that it is not listed" in said
    links = page.locator("ol.steps a").evaluate_all("all => all.map((a) => [a.href, a.parentElement.innerText])")
    bodies = [(href, words) for href, words in links if "Page read on " in words]
    assert bodies
    assert all(href in words for href, words in bodies)  # on paper a link says where it leads
    assert not any("pub" in words for _, words in bodies)  # what is for other kinds of place is not told of this
    (area,) = town.query("select area_name from neighbourhood join place using (area_code) where place_id = ?", place)[0]  # fmt: skip
    page.get_by_role("link", name=area, exact=True).first.click()
    page.wait_for_function("name => document.querySelector('#sheet > h1').textContent.startsWith(name)", arg=area)


def test_a_place_where_nobody_looked_for_its_kind_has_no_other_denied(open_sheet, town):
    """Neither that there is no other, nor that nobody would lose their only one."""
    place, kind = town.query("""
        select place_id, r.kind from place join place_kind using (place_id) join neighbourhood_reach as r using (area_code)
        where r.kind = place_kind.kind and r.coverage = 'unknown' and place.status = 'open' order by all limit 1""")[0]  # fmt: skip
    page = open_sheet(f"#p={place}")
    said = sheet_of(page)
    several = page.evaluate("kind => CG.atlas.kinds.find((one) => one.kind === kind).several", kind)
    assert f"{several[0].upper()}{several[1:]}: not known (" in said
    assert "No other" not in said
    rows = town.query("""
        select place_id from place_loss as l join place using (place_id) join neighbourhood using (area_code)
        where l.coverage = 'partial' and residents_only = 0 and residents_not_covered > 0 and place.kind = l.kind and status = 'open' order by 1 limit 1""")  # fmt: skip
    page.evaluate(
        "after => { document.getElementById('sheet').replaceChildren(); location.hash = after; }", f"#p={rows[0][0]}"
    )
    said = sheet_of(page)
    assert "nobody that we know of would lose their only" in said


def test_a_listed_place_is_told_with_its_next_date(open_sheet, town):
    place, next_date, group = town.query("select place_id, next_date, nominating_group from legal_listing join place using (place_id) join neighbourhood on neighbourhood.area_code = place.area_code where legal_listing.state = 'listed' and next_date is not null order by 1 limit 1")[0]  # fmt: skip
    said = sheet_of(open_sheet(f"#p={place}"))
    assert "Listed as an asset of community value on 30 September 2026" in said
    assert f"Mark {next_date.day} {next_date:%B %Y}:" in said
    assert f"{next_date.day} {next_date:%B %Y} (next): " in said
    assert group is None or f"Nominated by {group}." in said


def test_an_authority_ranks_its_areas_and_says_how_many_more(open_sheet, town):
    page = open_sheet(f"#g=authority:{AUTHORITY}")
    said = sheet_of(page)
    wanted = town.query("select rank_nation, area_code, population, rank_low, rank_high from index_score join neighbourhood using (area_code) where index_name = 'hardship' and authority_code = ? order by score desc limit 20", AUTHORITY)  # fmt: skip
    rows = [r.split("\t") for r in page.locator(".ranked tbody tr").all_inner_texts()]
    assert [(r[0], r[1].split()[-1], r[3], r[4]) for r in rows] == [
        (f"{rank}", code, f"{n:,}", f"{low} to {high}") for rank, code, n, low, high in wanted
    ]
    ((n,),) = town.query("select count(*) from neighbourhood where authority_code = ?", AUTHORITY)
    assert f"And {n - 20} more areas" in said
    ((score,),) = town.query("select average_score from area_roll_up where level = 'authority' and code = ? and index_name = 'hardship'", AUTHORITY)  # fmt: skip
    assert f"average score {score:.1f}, rank " in said
    assert "no score in 65 of its 65 areas" in said


def test_a_postcode_a_name_or_nonsense_in_the_address_is_answered(open_sheet, town):
    postcode, area = town.query("select postcode, area_code from postcode order by postcode limit 1 offset 40")[0]
    page = open_sheet(f"#q={postcode.replace(' ', '')}")
    assert area in sheet_of(page)
    assert page.url.endswith(f"#a={area}")
    page.fill("#find", "Samplebridge")
    page.wait_for_selector("#found [role=option]")
    page.get_by_role("option", name=re.compile("^Samplebridge")).first.click()
    page.wait_for_function("() => location.hash.startsWith('#g=authority:')")
    for nonsense in ("#a=S00000000", "#p=p0", "#g=authority:nowhere", "#g=ward:constructor"):
        page.evaluate("after => { location.hash = after; }", nonsense)
        page.wait_for_function("() => document.querySelector('#sheet > h1').textContent === 'Not found'")
        page.evaluate("() => { document.getElementById('sheet').replaceChildren(); }")
    page.evaluate("() => { location.hash = '#a=%22%3E%3Cimg'; }")
    page.wait_for_function("() => !document.getElementById('start').hidden")


def test_names_that_are_markup_are_text(open_sheet, town, tmp_path):
    release: Path = tmp_path / "release"
    shutil.copytree(town.release, release)
    with open_database(release / "commonground.duckdb") as connection:
        for column in ("area_name", "ward_name", "msoa_name", "authority_name"):
            connection.execute(f"update neighbourhood set {column} = ?", [HOSTILE])
        connection.execute("update place set name = ?", [HOSTILE])
        connection.execute("update legal_listing set nominating_group = ?", [HOSTILE])
        connection.execute("update register_known set page = 'javascript:alert(1)'")
        place = connection.execute("select place_id from legal_listing join place using (place_id) where place.area_code is not null order by 1 limit 1").fetchone()[0]  # fmt: skip
    with open_release(release) as connection:
        write_data(release, connection)
    page = open_sheet(f"#a={AREA}", address=f"file://{release}")
    for after in (f"#p={place}", f"#g=authority:{AUTHORITY}", f"#a={AREA}"):
        page.evaluate("after => { document.getElementById('sheet').replaceChildren(); location.hash = after; }", after)
        sheet_of(page)
        assert HOSTILE in page.text_content("#sheet > h1")
        assert page.locator("#sheet img").count() == 0
        assert page.locator("#sheet a[href^='javascript']").count() == 0
        assert page.title().startswith(HOSTILE)


def test_the_map_s_panel_leads_to_the_sheet_of_what_is_chosen(open_page):
    page = open_page(f"#a={AREA}")
    page.get_by_role("link", name="A sheet to print").click()
    assert AREA in sheet_of(page)
