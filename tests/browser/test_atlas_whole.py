"""The atlas as a whole in a browser: accessible, by keyboard alone, at three sizes, within its folder, and whatever names say."""

import shutil
from pathlib import Path

import pytest
from fixtures.browser import SIZES, served

from pipelines.release.atlas.build import write_data
from pipelines.release.database import open_database, open_release

pytestmark = pytest.mark.timeout(240)

DRAWS = False  # but where a test says that it looks at the map too
AREA = "S99000001"
SERIOUS = {"serious", "critical"}
HOSTILE = {
    "area": "<img src=x onerror=\"document.title='struck'\">",
    "ward": "\"><script>document.title='struck'</script>",
    "msoa": '\u202eegdirb\u202c Quay\'s "End"',
    "authority": "Ashby & Sons </script><b>",
    "place": '🏛️ =HYPERLINK("http://x") <svg onload="document.title=\'struck\'">',
}


def wait_for_panel(page) -> None:
    page.wait_for_selector("#panel:not([hidden]):not([aria-busy]) #panel-body > *")


def found_by_axe(page) -> list[str]:
    """What axe finds that is serious, each with where."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    violations = axe.Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in violations if one["impact"] in SERIOUS]


@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_serious(open_page, size):
    page = open_page(f"#a={AREA}&table=1", size, draws=size == "desk")
    wait_for_panel(page)
    page.wait_for_selector("#rows-table tbody tr")
    page.fill("#find", "fable")
    page.wait_for_selector("#found [role=option]")
    page.keyboard.press("ArrowDown")
    assert found_by_axe(page) == []


@pytest.mark.parametrize("after", ["#g=authority:S99600001", f"#a={AREA}&with=S99000104"])
def test_axe_finds_nothing_serious_in_other_panels(open_page, after):
    page = open_page(after)
    wait_for_panel(page)
    assert found_by_axe(page) == []


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_wider_than_the_window_and_every_part_can_be_reached(open_page, size):
    page = open_page(f"#a={AREA}&table=1", size)
    wait_for_panel(page)
    page.wait_for_selector("#rows-table tbody tr")
    width, height = SIZES[size]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for part in ("#find", "#panel-close", "#rows-close"):
        page.locator(part).scroll_into_view_if_needed()
        box = page.locator(part).bounding_box()
        assert box["width"] >= 24
        assert box["height"] >= 24
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] >= -1
        assert box["y"] + box["height"] <= height + 1
    page.locator("#panel-close").click()
    page.locator("#rows-close").click()
    assert page.locator("#panel").is_hidden()
    assert page.locator("#rows").is_hidden()


def focused(page) -> str:
    return page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")


def tab_to(page, wanted: str, most: int = 80) -> None:
    """Presses Tab until what has the focus is the wanted one."""
    for _ in range(most):
        if focused(page) == wanted:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {wanted}, but {focused(page)}")


def test_everything_is_done_by_keyboard_alone(open_page, town):
    """From the skip link to a profile, the places behind a count, a place, back, two areas, and an area from the table."""
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    tab_to(page, "find")
    page.keyboard.type(AREA)
    page.wait_for_selector("#found [role=option]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    wait_for_panel(page)
    page.wait_for_function("() => document.activeElement.id === 'panel-title'")
    page.wait_for_function("() => document.getElementById('said').textContent.includes('opened beside the map')")
    first = page.locator("#panel .lines details summary").first.inner_text()
    tab_to(page, first)
    page.keyboard.press("Enter")
    place = page.locator("#panel .lines details[open] button").first.inner_text()
    tab_to(page, place)
    page.keyboard.press("Enter")
    page.wait_for_function("name => document.activeElement.textContent === name", arg=place)
    tab_to(page, "Back")
    page.keyboard.press("Enter")
    page.wait_for_function("code => document.activeElement.textContent.includes(code)", arg=AREA)
    tab_to(page, "Compare")
    page.keyboard.press("Enter")
    assert focused(page) == "find"
    page.keyboard.press("Control+a")
    page.keyboard.type("S99000104")
    page.wait_for_function("() => document.querySelectorAll('#found [role=option]').length === 1")
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel .beside")
    page.wait_for_function("() => document.activeElement.textContent.includes('beside')")
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.getElementById('panel').hidden")
    tab_to(page, "rows-open")
    page.keyboard.press("Enter")
    page.wait_for_selector("#rows-table tbody tr")
    top = page.locator("#rows-table tbody button").first.inner_text()
    tab_to(page, top)
    page.keyboard.press("Enter")
    page.wait_for_function("name => document.activeElement.id === 'panel-title' && document.activeElement.textContent.startsWith(name)", arg=top)  # fmt: skip


def test_the_focus_is_always_seen(open_page):
    page = open_page(f"#a={AREA}&table=1")
    wait_for_panel(page)
    page.wait_for_selector("#rows-table tbody tr")
    for _ in range(60):
        page.keyboard.press("Tab")
        shown = page.evaluate("""() => {
            const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement);
            return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 || boxShadow !== 'none' || document.activeElement === document.body;
        }""")  # fmt: skip
        assert shown, focused(page)


def test_a_link_restores_the_whole_view(open_page):
    """What is shown is in the address: a second page at it shows the same."""
    after = f"#m=infrastructure_gap&s=authority:S99600001&a={AREA}&with=S99000002&table=1&sort=name"
    first, second = open_page(after), None
    for page in (first, second):
        page = page or open_page(f"#{first.url.split('#')[1]}")
        wait_for_panel(page)
        page.wait_for_selector("#rows-table tbody tr")
        assert page.locator("#panel .beside").count() > 2
        assert "Social infrastructure gap: 65 small areas" in page.inner_text("#rows-told")
        assert page.get_attribute("#rows-table th:first-child", "aria-sort") == "ascending"


def test_the_address_typed_anew_changes_what_is_shown(open_page):
    page = open_page(f"#a={AREA}")
    wait_for_panel(page)
    page.evaluate("location.hash = '#a=S99000002'")
    page.wait_for_function("() => document.getElementById('panel-title').textContent.includes('S99000002')")


def test_an_address_that_says_nonsense_is_as_if_it_said_nothing(open_page):
    page = open_page(
        "#m=<script>&a=%22%3E%3Cimg%20src=x%3E&s=nation:../../x&v=999,999,999&k=%00&sort=constructor&table=1"
    )
    page.wait_for_selector("#rows-table tbody tr")
    assert page.locator("#panel").is_hidden()
    assert "Area hardship (need)" in page.inner_text("#rows-told")


@pytest.fixture(scope="module")
def hostile(town, tmp_path_factory) -> Path:
    """A folder of releases whose latest has names that would do harm where they were taken for markup."""
    releases = tmp_path_factory.mktemp("hostile")
    release = releases / "latest"
    shutil.copytree(town.release, release)
    with open_database(release / "commonground.duckdb") as connection:
        for level in ("area", "ward", "msoa", "authority"):
            connection.execute(f"update neighbourhood set {level}_name = ? where area_code = ?", [HOSTILE[level], AREA])
            connection.execute(f"update neighbourhood set {level}_name = ? where {level}_code = (select {level}_code from neighbourhood where area_code = ?)", [HOSTILE[level], AREA])  # fmt: skip
        connection.execute("update place set name = ? where area_code = ?", [HOSTILE["place"], AREA])
    with open_release(release) as connection:
        write_data(release, connection)
    return releases


def test_hostile_names_are_text_everywhere(open_page, hostile):
    with served(hostile) as address:
        page = open_page(f"#a={AREA}&table=1&sort=name", address=address, draws=True)
        title = page.title()
        wait_for_panel(page)
        page.wait_for_selector("#rows-table tbody tr")
        assert page.inner_text("#panel-title").startswith(HOSTILE["area"])
        said = page.text_content("#panel")
        assert all(HOSTILE[level] in said for level in ("ward", "msoa", "authority", "place"))
        assert HOSTILE["area"] in page.text_content("#rows-table")
        for level in ("ward", "msoa", "authority"):
            page.fill("#find", HOSTILE[level])
            page.wait_for_function(
                "name => document.getElementById('found').textContent.includes(name)", arg=HOSTILE[level]
            )
        page.fill("#find", "hyperlink")
        page.wait_for_function("() => document.getElementById('found').textContent.includes('HYPERLINK')")
        page.press("#find", "Enter")
        page.wait_for_function("() => document.getElementById('panel-title').textContent.includes('HYPERLINK')")
        with page.expect_download() as held:
            page.click("#rows-csv")
        assert f'"{HOSTILE["area"].replace(chr(34), chr(34) * 2)}"' in held.value.path().read_text(encoding="utf-8")
        assert page.locator("#panel img, #panel svg, #rows img, #found img, main script").count() == 0
        assert page.title() == title
