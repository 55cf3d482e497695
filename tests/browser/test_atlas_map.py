"""The map of the atlas in a real browser: colours of known areas, every control, links, keyboard, three sizes, hostile names."""

import functools
import http.server
import threading
from pathlib import Path

import duckdb
import numpy as np
import pytest
from pmtiles.tile import zxy_to_tileid

from pipelines.release.database import open_database

pytestmark = pytest.mark.timeout(180)
HOSTILE = [
    '<img src=x onerror="window.hit=1">',
    "\"'><script>window.hit=1</script>",
    "\u202etxet thgir",
    "🏚️ & <b>Co</b>",
]
# what eyes without red, green or blue cones see of linear RGB (Machado, Oliveira and Fernandes 2009, severity 1)
EYES = {
    "all cones": np.eye(3),
    "no red": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "no green": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "no blue": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip

IDLE = """() => new Promise((done) => {
  const look = () => window.CG && CG.map && document.getElementById("map").dataset.shown
    ? (CG.map.once("idle", () => setTimeout(done, 0)), CG.map.triggerRepaint()) : setTimeout(look, 20);
  look();
})"""
# the colours of squares around points of the map, as the browser has just drawn them
PIXELS = """([points, r]) => new Promise((done) => {
  const gl = CG.map.painter.context.gl, side = 2 * r + 1, bytes = new Uint8Array(4 * side * side);
  const hex = (i) => "#" + [0, 1, 2].map((k) => bytes[4 * i + k].toString(16).padStart(2, "0")).join("");
  CG.map.once("render", () => done(points.map((point) => {
    const at = CG.map.project(point);
    gl.readPixels(Math.round(at.x) - r, gl.drawingBufferHeight - 1 - Math.round(at.y) - r, side, side, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    return Array.from({ length: side * side }, (_, i) => hex(i));
  })));
  CG.map.triggerRepaint();
})"""
# chooses every measure in turn, as a person does, and tells of each what the page then says
EVERY = """async () => {
  const select = document.getElementById("choose-member"), map = document.getElementById("map"), told = [];
  for (const { value } of select.options) {
    select.value = value;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    while (!map.dataset.shown.startsWith(`${value}/`)) await new Promise((done) => setTimeout(done, 5));
    const text = (which) => document.querySelector(which).textContent.trim();
    const { counts } = await CG.classes();
    told.push([value, text(".legend-title"), text("#chosen"), text("#about-member p"), counts.reduce((a, b) => a + b, 0)]);
  }
  return told;
}"""


def idle(page) -> str:
    """Wait until the map is drawn to its end; what it says it shows."""
    page.evaluate(IDLE)
    return page.locator("#map").get_attribute("data-shown")


def shows(page, what: str) -> None:
    """Wait until the map shows this measure, view, level and scope, drawn to its end."""
    page.locator(f'#map[data-shown="{what}"]').wait_for()
    assert idle(page) == what


def square(page, area: dict, around: int) -> list[str]:
    """The colours around the middle of an area."""
    return page.evaluate(PIXELS, [[[area["longitude"], area["latitude"]]], around])[0]


def colours(page, areas) -> list[str]:
    """The colour in the middle of each of these areas."""
    points = [[area["longitude"], area["latitude"]] for area in areas]
    return [seen for (seen,) in page.evaluate(PIXELS, [points, 0])]


@pytest.fixture(scope="module")
def release(town) -> duckdb.DuckDBPyConnection:
    return open_database(town.data / "releases" / "latest" / "commonground.duckdb", read_only=True)


@pytest.fixture(scope="module")
def areas(release) -> dict[str, dict]:
    """Of every area: where its middle is, its authority and MSOA, the tenth and score of its hardship."""
    found = release.execute(
        "select n.area_code, area_name, longitude, latitude, authority_code, msoa_code, score, decile_nation, rank_nation "
        "from neighbourhood as n join index_score as s on s.area_code = n.area_code and index_name = 'hardship'"
    ).df()
    return found.set_index("area_code").to_dict("index")


def palette(page, name: str) -> list[str]:
    return page.evaluate("(name) => CG.palette.sequences[name]", name)


def test_areas_have_the_colours_of_their_tenths(open_page, areas):
    page = open_page()
    assert idle(page) == "hardship/value/area/nation"
    need = palette(page, "need")
    tried = {}
    for one in sorted(areas.values(), key=lambda area: area["rank_nation"]):
        tried.setdefault(one["decile_nation"], one)
    assert sorted(tried) == list(range(1, 11))
    assert dict(zip(tried, colours(page, tried.values()), strict=True)) == {tenth: need[10 - tenth] for tenth in tried}

    legend = page.locator("#legend")
    legend.get_by_text("Every colour and how many").click()
    counted = legend.locator(".classes li").all_inner_texts()
    assert next(text.split("\n") for text in counted) == ["the highest-need 10 %", "15"]
    assert len(counted) == 10
    assert legend.locator(".legend-title").inner_text() == "Area hardship (need)"
    assert legend.locator(".ends").last.inner_text().split("\n") == ["the least need", "the greatest need"]
    assert "150 in Samplebridge (invented)" in legend.locator(".legend-scope").first.inner_text()


def test_not_known_and_out_of_scope_have_looks_of_their_own(open_page, release, areas):
    page = open_page("#m=green_space_pct&s=authority:S99600003")
    shows(page, "green_space_pct/value/area/authority")
    unknown = {
        code
        for (code,) in release.execute(
            "select area_code from indicator_value where indicator = 'green_space_pct' and value is null"
        ).fetchall()
    }
    inside = {code for code, area in areas.items() if area["authority_code"] == "S99600003"}
    assert inside == unknown, "this test rests on an authority of which nothing is known"
    looks = page.evaluate("CG.palette")
    code = max(inside, key=lambda one: areas[one]["longitude"])
    seen = square(page, areas[code], 8)
    assert looks["unknown"] in seen
    assert looks["hatch"] in seen
    assert not set(seen) & {*looks["colours"], looks["outside"]}
    others = [code for code, area in areas.items() if area["authority_code"] == "S99600001"]
    beyond = max(others, key=lambda one: areas[one]["longitude"])  # the nearest to what is looked at
    assert colours(page, [areas[beyond]]) == [looks["outside"]]
    told = dict(text.split("\n") for text in page.locator("#legend .classes li").all_inner_texts())
    assert told == {"not known": str(len(inside)), "outside what is compared": str(150 - len(inside))}
    assert page.get_by_text("Not known anywhere here.").is_visible()

    page.get_by_label("Compared within").select_option("nation")
    shows(page, "green_space_pct/value/area/nation")
    assert colours(page, [areas[beyond]])[0] in looks["sequences"]["need"]


def test_every_measure_can_be_chosen_and_says_what_it_is(open_page):
    page = open_page()
    idle(page)
    members = {member["id"]: member for member in page.evaluate("CG.atlas.members")}
    told = page.evaluate(EVERY)
    assert [one[0] for one in told]
    assert {one[0] for one in told} == set(members)
    for name, title, chosen, about, n in told:
        assert title == chosen == members[name]["title"]
        assert about
        assert bool(n) == bool(members[name]["n_known"]), name
        if members[name]["kind"] == "indicator":
            assert n == members[name]["n_known"]
    idle(page)


SURE = {"range": "rank_high - rank_low + 1", "worst_share": "worst_decile_share", "coverage": "weight_observed"}


def test_how_sure_a_score_is_can_be_seen(open_page, release, areas):
    page = open_page(f"#show={next(iter(SURE))}")
    for show, column in SURE.items():
        page.get_by_label("Show", exact=True).select_option(show)
        shows(page, f"hardship/{show}/area/nation")
        sql = f"select area_code, {column} from index_score where index_name = 'hardship' order by 1"
        values = dict(release.execute(sql).fetchall())
        told = page.evaluate("() => CG.classes().then((all) => Array.from({ length: all.n }, (_, i) => all.of(i)))")
        shades = page.evaluate("() => CG.classes().then((all) => all.colours)")
        codes = sorted(values)
        dark = -1 if show == "coverage" else 1  # dark is less known
        classes = [told[i] * dark for i in np.argsort([values[code] for code in codes], kind="stable")]
        assert classes == sorted(classes)
        ends = [min(values, key=values.get), max(values, key=values.get)]
        assert colours(page, [areas[code] for code in ends]) == [shades[told[codes.index(code)]] for code in ends], show
        assert page.locator("#legend .legend-title").inner_text().startswith("Area hardship (need): ")


def test_what_a_measure_does_not_have_is_said_and_changed(open_page):
    page = open_page("#m=bad_health_pct&show=range&l=authority")
    shows(page, "bad_health_pct/value/area/nation")
    notes = page.get_by_role("note").all_inner_texts()
    assert any("nothing that says how wide the range" in note for note in notes)
    assert any("Indicators are known for small areas alone" in note for note in notes)
    show, level = page.get_by_label("Show", exact=True), page.get_by_label("Areas", exact=True)
    assert show.locator("option[disabled]").count() == 2
    assert level.locator("option[disabled]").count() == 2
    page.get_by_label("Measure").select_option("hardship")
    shows(page, "hardship/range/area/nation")
    show.select_option("value")
    shows(page, "hardship/value/authority/nation")
    assert page.get_by_role("note").count() == 0


def test_larger_areas_have_the_colours_of_their_ranks(open_page, release, areas):
    page = open_page("#l=authority")
    for level in ("authority", "msoa"):
        page.get_by_label("Areas", exact=True).select_option(level)
        shows(page, f"hardship/value/{level}/nation")
        sql = "select code, rank_by_average_score, n_of_level from area_roll_up where level = ? and index_name = 'hardship'"
        ranks = release.execute(sql, [level]).fetchall()
        n = ranks[0][2]
        parts = 10 if n >= 50 else 5 if n >= 10 else n
        steps = page.evaluate("(k) => CG.palette.steps('need', k).map((i) => CG.palette.colours[i])", parts)
        assert len(set(steps)) == parts
        tried = [next(area for area in areas.values() if area[f"{level}_code"] == code) for code, _, _ in ranks]
        assert colours(page, tried) == [steps[parts - -(-parts * rank // n)] for _, rank, _ in ranks], level


def test_the_label_is_shown_in_colours_of_its_own(open_page, release, areas):
    page = open_page("#show=label")
    shows(page, "hardship/label/area/nation")
    labels = dict(release.execute("select area_code, label from typology").fetchall())
    seen: dict[str, set[str]] = {}
    for code, colour in zip(areas, colours(page, areas.values()), strict=True):
        seen.setdefault(labels[code], set()).add(colour)
    known = {label: shades for label, shades in seen.items() if label != "not_enough_known"}
    assert len(known) > 1
    assert all(len(shades) == 1 for shades in known.values()), known
    assert len({colour for (colour,) in known.values()}) == len(known)
    counts = dict(text.split("\n") for text in page.locator("#legend .classes li").all_inner_texts())
    words = dict(release.execute("select code, label from label where list = 'typology'").fetchall())
    for label in set(labels.values()) - {"not_enough_known"}:
        assert counts[words[label]] == str(list(labels.values()).count(label))


def test_a_link_restores_what_was_seen(open_page):
    page = open_page()
    idle(page)
    page.get_by_label("Measure").select_option("infrastructure_gap")
    page.get_by_label("Compared within").select_option("authority")
    page.get_by_label("Which").select_option("S99600002")
    shows(page, "infrastructure_gap/value/area/authority")
    page.get_by_label("Candidate buildings and sites").check()
    page.get_by_label("Places that closed").check()
    page.locator("#choose-kinds summary").first.click()
    page.locator('#choose-kinds input[value="library"]').check()
    page.evaluate("() => CG.select({ area: 'S99000080' })")
    idle(page)
    state = page.evaluate("CG.state")
    page.wait_for_timeout(300)
    link = page.evaluate("CG.link()")
    assert page.url == link
    assert "m=infrastructure_gap&s=authority:S99600002&a=S99000080&k=library&candidates=1&closures=1&v=" in link

    again = open_page("#" + link.split("#")[1])
    shows(again, "infrastructure_gap/value/area/authority")
    assert again.evaluate("CG.state") == state
    assert again.get_by_label("Which").input_value() == "S99600002"
    assert again.get_by_label("Candidate buildings and sites").is_checked()
    assert again.locator('#choose-kinds input[value="library"]').is_checked()
    again.evaluate("() => { location.hash = '#m=hardship'; }")
    shows(again, "hardship/value/area/nation")
    assert not again.get_by_label("Candidate buildings and sites").is_checked()


def test_a_place_that_the_front_page_asks_for_is_gone_to_when_the_map_is_made_after_it_is_found(open_page, release):
    name, lon, lat = release.execute("select name, longitude, latitude from place where kind = 'library' and status = 'open' and is_in_areas_asked and name in (select name from place group by name having count(*) = 1) order by name limit 1").fetchone()  # fmt: skip
    page = open_page(page="index.html")
    held, found = [], []
    page.route("**/authorities.pmtiles", lambda route: route.continue_() if found else held.append(route))  # no map without  # fmt: skip
    page.fill("#q", name)
    page.press("#q", "Enter")
    page.wait_for_function(
        "name => (document.getElementById('panel-title') || {}).textContent?.startsWith(name)", arg=name
    )
    found.append(name)
    for route in held:
        route.continue_()
    idle(page)
    assert held
    assert page.evaluate("CG.map.getZoom()") == pytest.approx(14)
    at = page.evaluate("at => CG.map.project(at)", [lon, lat])
    box = page.locator("#ground").bounding_box()
    assert (at["x"], at["y"]) == pytest.approx((box["width"] / 2, box["height"] / 2), abs=2)


def test_an_address_that_is_wrong_is_as_if_it_said_nothing(open_page):
    page = open_page(
        "#m=<img>&l=street&s=authority:../../x&show=all&v=999,0,1&k=<b>,library&a=E0;x&g=galaxy:1&zz=1&candidates=yes"
    )
    shows(page, "hardship/value/area/nation")
    state = page.evaluate("CG.state")
    assert (state["level"], state["show"], state["scope"], state["area"], state["group"]) == ("auto", "value", {"kind": "nation", "code": None}, None, None)  # fmt: skip
    assert state["kinds"] == ["library"]
    assert state["candidates"] is False


def test_a_scope_that_is_not_here_is_said(open_page):
    page = open_page("#s=authority:E09000028&a=E01004034")
    shows(page, "hardship/value/area/nation")
    assert page.get_by_role("note").all_inner_texts() == ["This release holds no E09000028 to compare within."]
    assert "150 in Samplebridge (invented)" in page.locator("#legend .legend-scope").first.inner_text()


def test_with_the_keyboard_alone(open_page):
    page = open_page()
    idle(page)
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("() => document.activeElement.id || document.activeElement.className")
        seen.append(focused)
        if "maplibregl-canvas" in focused:
            break
    assert {"choose-member", "choose-show", "choose-level", "choose-scope", "choose-candidates"} <= set(seen)
    assert page.locator("#cross").is_visible()
    canvas = page.locator(".maplibregl-canvas")
    assert canvas.get_attribute("aria-label") == "Map of Samplebridge (invented)"
    assert "Arrow keys" in page.locator(f"#{canvas.get_attribute('aria-describedby')}").text_content()
    before = page.evaluate("CG.map.getCenter().lng")
    page.keyboard.press("ArrowRight")
    idle(page)
    page.wait_for_timeout(400)
    assert page.evaluate("CG.map.getCenter().lng") > before
    zoom = page.evaluate("CG.map.getZoom()")
    page.keyboard.press("+")
    page.wait_for_timeout(400)
    idle(page)
    assert page.evaluate("CG.map.getZoom()") > zoom
    page.keyboard.press("-")
    page.wait_for_timeout(400)
    idle(page)
    said = page.locator("#map-said").inner_text()
    assert "score" in said
    assert "rank" in said
    page.keyboard.press("Enter")
    chosen = page.evaluate("CG.state.area")
    name = page.evaluate("(code) => CG.areas().then((areas) => areas.name[areas.rowOf.get(code)])", chosen)
    assert said.startswith(name)


def test_pointing_tells_and_a_click_chooses(open_page, areas):
    page = open_page()
    idle(page)
    code, area = "S99000080", areas["S99000080"]
    at = page.evaluate("([lon, lat]) => { const p = CG.map.project([lon, lat]); const b = CG.map.getCanvas().getBoundingClientRect(); return [p.x + b.x, p.y + b.y]; }", [area["longitude"], area["latitude"]])  # fmt: skip
    page.mouse.move(*at)
    tip = page.locator("#tip")
    tip.wait_for()
    assert tip.locator("strong").inner_text() == area["area_name"]
    assert (
        tip.locator("span").inner_text()
        == f"score {area['score']:.1f}, rank {area['rank_nation']} of 150 in Samplebridge (invented)"
    )
    page.mouse.click(*at)
    assert page.evaluate("CG.state.area") == code
    page.locator("#panel").wait_for()
    idle(page)
    drawn = page.evaluate(
        "() => CG.map.queryRenderedFeatures({ layers: ['area-chosen'] }).map((one) => one.properties.code)"
    )
    assert set(drawn) == {code}


def test_on_a_phone_what_was_chosen_is_seen_above_the_panel(open_page, areas):
    page = open_page("#a=S99000080", "phone")
    page.locator("#panel").wait_for()
    idle(page)
    area = areas["S99000080"]
    y = page.evaluate(
        "([lon, lat]) => CG.map.project([lon, lat]).y + CG.map.getCanvas().getBoundingClientRect().y",
        [area["longitude"], area["latitude"]],
    )
    assert 0 < y < page.locator("#panel").bounding_box()["y"]


def test_places_candidates_and_closures(open_page, release):
    page = open_page()
    idle(page)
    assert not page.evaluate("Boolean(CG.map.getSource('places'))"), "places are read before they are asked for"
    for group in page.locator("#choose-kinds summary").all():
        group.click()
    page.locator('#choose-kinds input[value="library"]').check()
    page.locator('#choose-kinds input[value="pub"]').check()
    page.get_by_label("Candidate buildings and sites").check()
    page.get_by_label("Places that closed").check()
    page.evaluate("() => CG.fly({ lon: 1.72, lat: 54.86, zoom: 12 })")
    idle(page)
    page.wait_for_timeout(900)
    idle(page)
    drawn = page.evaluate("""() => Object.fromEntries(["kinds", "candidates", "closures"].map((layer) => [layer,
        CG.map.queryRenderedFeatures({ layers: [layer] }).map((one) => [one.properties.place_id, one.properties.kinds, one.properties.status])]))""")  # fmt: skip
    west, south, east, north = page.evaluate("CG.map.getBounds().toArray().flat()")
    within = f"longitude between {west} and {east} and latitude between {south} and {north}"
    gone = "status in ('closed', 'replaced', 'no_longer_listed')"
    asked = {place for (place,) in release.execute(f"select place_id from place where {within} and not {gone} and (list_contains(string_split(kinds, ', '), 'library') or list_contains(string_split(kinds, ', '), 'pub'))").fetchall()}  # fmt: skip
    closed = {place for (place,) in release.execute(f"select place_id from place where {within} and {gone}").fetchall()}
    offered = {place for (place,) in release.execute(f"select place_id from opportunity where {within}").fetchall()}
    assert asked
    assert closed
    assert offered
    assert asked <= {place for place, _, _ in drawn["kinds"]}
    assert all({"library", "pub"} & set(kinds.split(", ")) for _, kinds, _ in drawn["kinds"])
    assert closed <= {place for place, _, _ in drawn["closures"]}
    assert offered <= {place for place, _, _ in drawn["candidates"]}
    told = page.locator("#legend .marks li").all_inner_texts()
    assert [text.strip() for text in told] == ["Library", "Pub or bar", "Candidate building or site", "Place that closed, or left its list"]  # fmt: skip
    page.locator('#choose-kinds input[value="pub"]').uncheck()
    idle(page)
    assert page.evaluate("CG.state.kinds") == ["library"]


@pytest.mark.parametrize("size", ["desk", "tablet", "phone"])
def test_three_sizes(open_page, size: str):
    page = open_page("", size)
    idle(page)
    wide, high = page.viewport_size["width"], page.viewport_size["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= wide
    ground = page.locator("#ground").bounding_box()
    assert ground["width"] >= 0.6 * wide
    assert ground["height"] >= 0.4 * high
    assert ground["y"] < 0.4 * high
    assert page.get_by_text("invented", exact=False).first.is_visible()
    strip = page.locator("#legend .strip").bounding_box()
    assert strip["y"] + strip["height"] <= high, "the colours are not explained where one looks first"
    choices = page.locator("#choices")
    assert (choices.get_attribute("open") is not None) == (size == "desk")
    if size != "desk":
        page.get_by_role("heading", name="What the map shows").click()
    page.get_by_label("Measure").select_option("hardship.health")
    shows(page, "hardship.health/value/area/nation")
    held = page.evaluate("() => { const b = CG.map.getBounds(); return CG.groups('authority').then((all) => all.bbox.every(([w, s, e, n]) => b.contains([w, s]) && b.contains([e, n]))); }")  # fmt: skip
    assert held, "not all of the release is to be seen"


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_axe_finds_nothing_serious(open_page, size: str):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = open_page("#m=green_space_pct&k=library&candidates=1&s=authority:S99600001", size)
    idle(page)
    if size != "desk":
        page.get_by_role("heading", name="What the map shows").click()
    found = axe.run(page).response["violations"]
    serious = [
        (one["id"], [node["html"][:200] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_hostile_names_are_text(open_page):
    page = open_page()
    page.route("**/data/groups/authority.js", lambda route: route.fulfill(body=_renamed(route.fetch().text())))
    page.reload()
    idle(page)
    page.locator("#labels bdi").first.wait_for()
    assert set(page.locator("#labels .authority bdi").all_text_contents()) <= set(HOSTILE)
    page.evaluate(
        "(names) => { CG.map.queryRenderedFeatures = () => [{ id: 0, properties: { code: 'S99000001', name: names.join(' ') } }]; }",
        HOSTILE,
    )
    box = page.locator("#ground").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.locator("#tip").wait_for()
    assert page.locator("#tip strong").text_content() == " ".join(HOSTILE)
    page.get_by_label("Compared within").select_option("authority")
    assert set(page.get_by_label("Which").locator("option").all_text_contents()) <= set(HOSTILE)
    assert page.evaluate("window.hit") is None
    assert page.locator("#labels img, #tip img, #legend img, #controls img").count() == 0


def _renamed(script: str) -> str:
    """The file of authorities with hostile names."""
    import orjson

    key, told = orjson.loads(f"[{script.removeprefix('CG.receive(').rstrip().removesuffix(');')}]")
    told["name"] = HOSTILE[: len(told["name"])]
    return f"CG.receive({orjson.dumps(key).decode()},{orjson.dumps(told).decode()});"


class _Plain(http.server.SimpleHTTPRequestHandler):
    """A file server that knows no byte ranges, and says nothing."""

    def log_message(self, *_):
        pass


def test_a_server_without_byte_ranges_will_do(open_page, town, areas):
    folder = Path(town.data / "releases" / "latest").resolve()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Plain, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        page = open_page("", address=f"http://127.0.0.1:{server.server_port}")
        assert idle(page) == "hardship/value/area/nation"
        area = areas["S99000080"]
        assert colours(page, [area]) == [palette(page, "need")[10 - area["decile_nation"]]]
    finally:
        server.shutdown()
        server.server_close()


def test_without_webgl_the_page_says_so_and_goes_on(open_page):
    page = open_page()
    page.add_init_script("const own = HTMLCanvasElement.prototype.getContext; HTMLCanvasElement.prototype.getContext = function (kind, ...more) { return /webgl/.test(kind) ? null : own.call(this, kind, ...more); };")  # fmt: skip
    page.reload()
    page.get_by_text("This browser cannot draw the map").wait_for()
    assert page.locator("#legend .legend-title").inner_text() == "Area hardship (need)"
    page.get_by_label("Measure").select_option("bad_health_pct")
    page.locator("#legend .legend-title", has_text="health").wait_for()


def test_tiles_are_found_where_the_format_puts_them(open_page):
    page = open_page()
    rng = np.random.default_rng(16)
    tried = [(z, *rng.integers(0, 2**z, 2).tolist()) for z in range(23) for _ in range(20)]
    ids = page.evaluate("(tried) => tried.map((one) => CG.tileId(...one))", tried)
    assert ids == [zxy_to_tileid(*one) for one in tried]


def test_colours_are_told_apart_by_all_eyes(open_page):
    page = open_page()
    sequences = page.evaluate("CG.palette.sequences")
    assert sorted(sequences) == ["doubt", "need", "plain"]
    for name, shades in sequences.items():
        rgb = np.array([[int(shade[i : i + 2], 16) / 255 for i in (1, 3, 5)] for shade in shades])
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        for eyes, seen in EYES.items():
            y = np.clip(linear @ seen.T, 0, 1) @ [0.2126, 0.7152, 0.0722]
            lightness = np.where(y > 0.008856, 116 * np.cbrt(y) - 16, 903.3 * y)
            assert (np.diff(lightness) < -3).all(), (name, eyes, lightness.round(1).tolist())
