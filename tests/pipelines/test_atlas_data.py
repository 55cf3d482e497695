"""The data of the atlas is the database's: every value in the row of its area, every postcode, no row more; and safe."""

import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import orjson
import pytest

from pipelines.answers.area import nearby
from pipelines.release.atlas import build
from pipelines.release.atlas.catalogue import members
from pipelines.release.atlas.held import Files, breaches
from pipelines.release.atlas.packed import ALPHABET, folded, packed
from pipelines.release.atlas.script import column, numbers, rounded, script
from pipelines.release.compare import compare
from pipelines.release.database import open_database, open_release
from pipelines.release.package import files_of
from pipelines.release.pages import assets
from pipelines.release.pages.write import write_pages
from pipelines.release.publish import release_key

HOSTILE = "</script><img src=x onerror=alert(1)>\u2028 'a' \"b\" & \u202eright\u202c \U0001f9f8 {{ 7 * 7 }}"
LETTERS = {"o": "observed", "p": "partial", "u": "unknown"}
MOST_FILES = 150  # of atlas/, for all of England


@pytest.fixture(scope="module")
def files(town) -> dict[str, dict]:
    """What every file of atlas/data hands over, by key."""
    return dict(Files(town.release / "atlas" / "data"))


def unpacked(text: str) -> list[int]:
    """The numbers of a packed text, read apart from the code that wrote it."""
    found, value, shift = [], 0, 0
    for letter in text:
        digit = ALPHABET.index(letter)
        value |= (digit & 31) << shift
        shift += 5
        if digit < 32:
            found.append(value)
            value = shift = 0
    return found


def same(told: list, held: list) -> None:
    """Two columns are equal, numbers to the decimals that are written, nothing where there is nothing."""
    assert len(told) == len(held)
    for one, other in zip(told, held, strict=True):
        assert (one is None) == (other is None), (one, other)
        if one is not None:
            assert one == pytest.approx(other, abs=0.000501, rel=0.0005 if abs(other) < 1 else 0)


def column_of(town, sql: str, name: str) -> list:
    return [value for (value,) in town.query(sql, name)]


def test_rows_are_the_areas_by_code(town, files):
    rows = town.query("select area_code, area_name, population, longitude, latitude, msoa_code, authority_name, like_areas_code from neighbourhood order by 1")  # fmt: skip
    areas, groups = files["areas"], {name: files[f"groups/{name}"] for name in ("msoa", "authority", "like_areas")}
    assert areas["code"] == [row[0] for row in rows]
    assert areas["name"] == [row[1] for row in rows]
    assert areas["population"] == [row[2] for row in rows]
    same(areas["lon"], [row[3] for row in rows])
    same(areas["lat"], [row[4] for row in rows])
    assert [groups["msoa"]["code"][i] for i in areas["msoa"]] == [row[5] for row in rows]
    assert [groups["authority"]["name"][i] for i in areas["authority"]] == [row[6] for row in rows]
    assert [groups["like_areas"]["code"][i] for i in areas["like_areas"]] == [row[7] for row in rows]
    boxes = np.array(groups["authority"]["bbox"])[areas["authority"]]
    inside = (boxes[:, 0] <= areas["lon"]) & (areas["lon"] <= boxes[:, 2]) & (boxes[:, 1] <= areas["lat"]) & (areas["lat"] <= boxes[:, 3])  # fmt: skip
    assert inside.all()


@pytest.mark.parametrize("index", ["hardship", "infrastructure_gap", "ownership_opportunity"])
def test_every_score_rank_and_range_is_that_of_its_area(town, files, index):
    of = lambda name: column_of(town, f"select {name} from index_score where index_name = ? order by area_code", index)  # noqa: E731  # fmt: skip
    values, sure = files[f"values/{index}"], files[f"sure/{index}"]
    same(values["score"], of("score"))
    for rank in ("rank_nation", "rank_region", "rank_authority", "rank_like_areas", "decile_nation"):
        assert values[rank] == of(rank)
    assert [None if i is None else values["reasons"][i] for i in values["null_reason"]] == of("null_reason")
    for name in ("rank_low", "rank_high", "rank_median"):
        assert sure[name] == of(name)
    same(sure["worst_decile_share"], of("worst_decile_share"))
    same(sure["weight_observed"], of("weight_observed"))
    assert [None if letter == "-" else letter for letter in sure["evidence_grade"]] == of("evidence_grade")


def test_every_domain_indicator_and_label_is_that_of_its_area(town, files):
    domains = town.query("select distinct index_name, domain from domain_score order by all")
    for index, domain in domains:
        held = town.query("select score, rank_nation from domain_score where index_name = ? and domain = ? order by area_code", index, domain)  # fmt: skip
        same(files[f"values/{index}.{domain}"]["score"], [row[0] for row in held])
        assert files[f"values/{index}.{domain}"]["rank_nation"] == [row[1] for row in held]
    indicators = [name for (name,) in town.query("select indicator from indicator")]
    for name in indicators:
        told = files[f"values/{name}"]
        held = town.query("select value, coverage, null_reason from indicator_value where indicator = ? order by area_code", name)  # fmt: skip
        same(told["value"], [row[0] for row in held])
        assert [LETTERS[letter] for letter in told["coverage"]] == [row[1] for row in held]
        assert [None if i is None else told["reasons"][i] for i in told["null_reason"]] == [row[2] for row in held]
    assert len(domains) > 10
    assert len(indicators) > 40
    labels = files["values/typology"]
    assert [labels["words"]["label"][i] for i in labels["label"]] == [label for (label,) in town.query("select label from typology order by area_code")]  # fmt: skip


def test_larger_areas_are_rolled_up_as_the_release_has_them(town, files):
    for level in ("msoa", "authority"):
        told = files[f"rolled/{level}"]
        assert told["code"] == files[f"groups/{level}"]["code"]
        held = {row[0]: row[1:] for row in town.query("select code, average_score, rank_by_average_score, n_of_level from area_roll_up where level = ? and index_name = 'hardship'", level)}  # fmt: skip
        for i, code in enumerate(told["code"]):
            found = [told["hardship"][name][i] for name in ("average_score", "rank_by_average_score", "n_of_level")]
            same(found, list(held.get(code, (None, None, None))))


def test_decoded_postcodes_are_those_of_the_release(town, files):
    codes, found = files["areas"]["code"], {}
    for first, last, key in files["atlas"]["postcodes"]["files"]:
        assert (first, last) == (min(files[key]), max(files[key]))
        for outward, text in files[key].items():
            inward, row = -1, 0
            steps = unpacked(text)
            for step, move in zip(steps[::2], steps[1::2], strict=True):
                inward, row = inward + step, row + (-(move + 1) // 2 if move % 2 else move // 2)
                found[outward + np.base_repr(inward, 36).zfill(3)] = codes[row]
    assert found == dict(town.query("select postcode, area_code from postcode"))
    assert len(found) > 1000


def test_every_place_within_reach_stands_with_its_area(town, files):
    codes, found = files["areas"]["code"], set()
    for key, chunk in files.items():
        if not key.startswith("near/"):
            continue
        for i, text in enumerate(chunk["within"]["packed"]):
            kind = place = 0
            steps = np.array(unpacked(text)).reshape(-1, 3).tolist()
            for n, (kind_step, place_step, metres) in enumerate(steps):
                place = place_step if n == 0 or kind_step else place + place_step
                kind += kind_step
                found.add((codes[chunk["first"] + i], chunk["places"]["place_id"][place], chunk["within"]["kinds"][kind], metres))  # fmt: skip
    held = town.query("select area_code, place_id, kind, round(distance_m)::integer from neighbourhood_place")
    assert found == set(held)


@pytest.mark.parametrize("row", [0, 40, 77, 120, 149])
def test_candidates_and_closings_are_those_that_the_profile_tells(town, files, row):
    size = files["atlas"]["chunks"]["size"]
    chunk = files[f"near/{row // size}"]
    at = row - chunk["first"]
    listed = lambda name, pointer: chunk[name][pointer][chunk[name]["start"][at] : chunk[name]["start"][at + 1]]  # noqa: E731  # fmt: skip
    with open_release(town.release) as connection:
        asked = "create temp table asked as select area_code, population, longitude, latitude from neighbourhood where area_code = ?"
        connection.execute(asked, [files["areas"]["code"][row]])
        candidates = {one["opportunity_id"] for one in nearby.opportunities(connection)}
        closed = sorted(one["place_id"] for one in nearby.closings(connection))
    assert {chunk["opportunities"]["id"][i] for i in listed("candidates", "opportunity")} == candidates
    told, words = chunk["happenings"], chunk["happenings"]["words"]["event"]
    at_row = lambda column, i: column[i] if isinstance(column, list) else column  # noqa: E731
    mine = [i for i in listed("events", "happening") if words[at_row(told["event"], i)] == "closed" and at_row(told["confirmed"], i)]  # fmt: skip
    assert sorted(chunk["places"]["place_id"][told["place"][i]] for i in mine) == closed


def test_whole_numbers_survive_packing():
    rng = np.random.default_rng(3)
    values = np.concatenate([[0, 1, 31, 32, 1023, 1024, 2**31, 2**40], rng.integers(0, 10_000, 500)])
    starts = np.array([0, 0, 3, 8, len(values)])
    texts = packed(values, starts)
    assert [unpacked(text) for text in texts] == [part.tolist() for part in np.split(values, starts[1:])]
    assert folded(np.array([0, -1, 1, -2, 2])).tolist() == [0, 1, 2, 3, 4]


def test_numbers_are_written_short_and_nothing_is_null():
    assert orjson.dumps(numbers(np.array([1.0, np.nan, -0.0, 10.5, 100.0]))) == b"[1,null,0,10.5,100]"
    assert rounded(np.array([12.34567, 0.000123456, 1234567.8912, 0.0])).tolist() == [12.346, 0.0001235, 1234567.891, 0.0]  # fmt: skip
    assert column(np.full(3, np.nan)) is None
    assert column(np.array([7.0, 7.0])) == 7
    assert orjson.dumps(column(np.array([7.0, np.nan]))) == b"[7,null]"


def test_text_cannot_leave_its_script():
    text = script("values/a", {"name": [HOSTILE]}).decode()
    assert text.startswith('CG.receive("values/a",')
    assert not set("<>&\u2028\u2029") & set(text)
    assert orjson.loads(text.removeprefix("CG.receive(").removesuffix(");\n").partition(",")[2]) == {"name": [HOSTILE]}


class Tags(HTMLParser):
    """The tags of a page, and its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def tags_of(path: Path) -> Tags:
    parser = Tags()
    parser.feed(path.read_text("utf-8"))
    return parser


def test_hostile_names_are_text_in_every_file(town, tmp_path):
    shutil.copy(town.release / "commonground.duckdb", tmp_path)
    with open_database(tmp_path / "commonground.duckdb") as connection:
        for table, names in {
            "neighbourhood": ("area_name", "msoa_name", "ward_name", "authority_name"), "place": ("name",), "opportunity": ("name", "evidence"),
            "source": ("title", "publisher", "attribution"), "release": ("title", "licence", "ecological_fallacy"), "kind": ("title", "note"),
            "indicator": ("title", "unit", "note"), "index_method": ("title", "question"), "label": ("label", "meaning"),
        }.items():  # fmt: skip
            for name in names:
                connection.execute(f"update {table} set {name} = ?", [HOSTILE])
        connection.execute("update source set page = 'javascript:alert(1)'")
    with open_release(tmp_path) as connection:
        write_pages(tmp_path, connection, build.write_data(tmp_path, connection))
    data = list((tmp_path / "atlas" / "data").rglob("*.js"))
    for path in data:
        assert not set("<>&\u2028\u2029") & set(path.read_text("utf-8")), path
    told = dict(Files(tmp_path / "atlas" / "data"))
    assert set(told["areas"]["name"]) == {HOSTILE}
    assert any(HOSTILE in value["name"] for key, value in told.items() if key.startswith("place_names/"))
    for page in ("index.html", "atlas/index.html", "sheets/index.html"):
        clean, found = tags_of(town.release / page), tags_of(tmp_path / page)
        assert {tag for tag, _ in found.tags} <= {tag for tag, _ in clean.tags}
        assert not [attributes for _, attributes in found.tags if any(name.startswith("on") for name in attributes)]
        assert not [a for tag, a in found.tags if tag == "a" and a.get("href", "").startswith("javascript:")]
        assert HOSTILE in found.text


def test_what_a_source_asks_to_be_said_is_told_whole(town, files):
    asked = {words for (words,) in town.query("select attribution from source")}
    assert any(";" in words for words in files["atlas"]["attribution"])
    assert set(files["atlas"]["attribution"]) <= asked


def test_files_are_few_however_large_the_country(files):
    chunked = {key for key in files if key.startswith(("near/", "postcodes/", "place_names/"))}
    pages = 1 + len([path for path in assets.CODE if path.startswith("atlas/")])
    assert len(files) - len(chunked) + build.NEAR_FILES + build.POSTCODE_FILES + build.NAME_FILES + pages <= MOST_FILES


def test_what_rests_on_a_share_alike_list_is_under_its_licence(town):
    package = orjson.loads((town.release / "datapackage.json").read_bytes())
    told = {f["path"]: [licence["name"] for licence in f["licenses"]] for f in files_of(package)}
    assert told["atlas/data/values/hardship.js"] == told["atlas/data/areas.js"] == ["OGL-UK-3.0"]
    for key in ("values/infrastructure_gap", "near/0", "place_names/0", "rolled/authority", "atlas"):
        assert told[f"atlas/data/{key}.js"] == ["ODbL-1.0"]
    assert told["atlas/vendor/maplibre-gl.js"] == ["BSD-3-Clause"]
    assert told["atlas/js/atlas.js"] == told["sheets/js/sheet.js"] == told["style.css"] == ["MIT"]


def drop(key: str, change: Callable[[dict], None]) -> Callable[[Path], None]:
    def changed(data: Path) -> None:
        told = Files(data)[key]
        change(told)
        (data / f"{key}.js").write_bytes(script(key, told))

    return changed


def shift(name: str) -> Callable[[dict], None]:
    """The column moved on by one row, the last value first: as many are known as before."""
    return lambda told: told[name].insert(0, told[name].pop())


BREACHES = {
    "areas are not those": drop("areas", lambda told: told["code"].reverse()),
    "values/hardship: 1 areas have another score": drop("values/hardship", lambda told: told["score"].__setitem__(3, None)),
    "values/infrastructure_gap: 1 areas have another score": drop("values/infrastructure_gap", lambda told: told["score"].__setitem__(3, told["score"][3] + 0.001)),
    "values/infrastructure_gap.nearest: ": drop("values/infrastructure_gap.nearest", shift("score")),
    "values/bad_health_pct: ": drop("values/bad_health_pct", shift("value")),
    "values/made_up is of nothing": lambda data: (data / "values" / "made_up.js").write_bytes(script("values/made_up", {})),
    "rank_nation has 149 rows": drop("values/hardship", lambda told: told["rank_nation"].pop()),
    "does not follow": drop("near/0", lambda told: told["within"]["packed"].pop()),
    "places within reach": drop("near/0", lambda told: told["within"]["packed"].__setitem__(0, "")),
    "does not hold the places": drop("place_names/0", lambda told: told["place_id"].pop()),
    "postcodes, the release": drop("postcodes/0", lambda told: told.popitem()),
    "cannot be read": lambda data: (data / "areas.js").write_text("CG.receive("),
    "atlas/data cannot be read (ValueError)": lambda data: (data / "groups" / "authority.js").write_text("CG.receive("),
    "is missing": lambda data: (data / "values" / "bad_health_pct.js").unlink(),
}  # fmt: skip


@pytest.mark.parametrize("words", BREACHES)
def test_a_row_that_is_not_the_release_s_is_found(town, tmp_path, words):
    shutil.copytree(town.release / "atlas" / "data", tmp_path / "atlas" / "data")
    with open_release(town.release) as connection:
        assert breaches(tmp_path, connection) == []
        BREACHES[words](tmp_path / "atlas" / "data")
        assert any(words in told for told in breaches(tmp_path, connection))


def test_every_style_sheet_and_script_is_joined():
    names = lambda folder: {path.stem for path in (assets.FOLDER / folder).iterdir()}  # noqa: E731
    assert names("css") == set(assets.STYLES)
    assert names("js") == {*assets.SCRIPTS, *assets.SHEET_SCRIPTS}
    assert all(re.search(r"\(function \(\) \{", (assets.FOLDER / "js" / f"{name}.js").read_text("utf-8")) for name in {*assets.SCRIPTS, *assets.SHEET_SCRIPTS})  # fmt: skip


def test_the_licence_told_of_the_map_library_is_the_one_it_names_itself(town):
    path = f"{assets.VENDOR}/maplibre-gl.js"
    (licence,) = assets.CODE[path]
    assert licence["path"] in (town.release / path).read_text("utf-8")[:500]


@pytest.mark.parametrize("page", ["index.html", "atlas/index.html", "sheets/index.html"])
def test_every_link_of_a_page_leads_somewhere_in_the_release(town, page):
    found = tags_of(town.release / page)
    ids = {attributes["id"] for _, attributes in found.tags if "id" in attributes}
    links = [a[name] for _, a in found.tags for name in ("href", "src", "action") if a.get(name)]
    for link in links:
        path, _, anchor = link.partition("#")
        if path.startswith(("http", "data:")):
            continue
        target = (town.release / page).parent / path if path else town.release / page
        assert target.is_file(), link
        assert path or anchor in ids, link
    assert len(links) > 4
    assert "invented" in found.text


def test_the_front_page_tells_the_areas_of_highest_need_and_every_file(town):
    text = tags_of(town.release / "index.html")
    highest = town.query("select area_code from index_score where index_name = 'hardship' and rank_nation <= 10")
    linked = [a["href"] for tag, a in text.tags if tag == "a"]
    assert sorted(href.partition("&a=")[2] for href in linked if "&a=" in href) == sorted(code for (code,) in highest)
    present = {p.relative_to(town.release).as_posix() for p in town.release.rglob("*") if p.is_file()}
    assert {path for path in present if not path.startswith(("atlas/", "sheets/", "index.html", "style.css"))} <= set(
        linked
    )


def test_a_page_or_script_that_changes_makes_a_new_release(town, tmp_path, monkeypatch):
    folder = Path(shutil.copytree(assets.FOLDER, tmp_path / "pages"))
    monkeypatch.setattr(assets, "FOLDER", folder)
    keys = [release_key(town.workspace())]
    for name in ("index.html.j2", "css/base.css", "js/data.js"):
        with (folder / name).open("a") as file:
            file.write("\n")
        keys.append(release_key(town.workspace()))
    assert len(set(keys)) == 4
    assert release_key(town.workspace()) == keys[-1]


def test_releases_are_alike_where_their_data_are_whatever_run_they_are_of(town, tmp_path):
    other = tmp_path / "release"
    shutil.copytree(town.release, other, ignore=shutil.ignore_patterns("parquet", "geopackage", "tiles"))
    for key in ("atlas", "values/hardship"):
        path = other / "atlas" / "data" / f"{key}.js"
        path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
    told = [line for line in compare(town.release, other).exact if "atlas/" in line]
    assert told == ["file atlas/data/values/hardship.js differs"]


def test_the_weights_of_the_domains_that_count_add_up_to_one_and_those_beside_have_none(town):
    with open_database(town.release / "commonground.duckdb", read_only=True) as connection:
        told = [member for member in members(connection) if member["kind"] == "domain"]
    for index in {member["index"] for member in told}:
        weights = [member["weight"] for member in told if member["index"] == index and not member["beside"]]
        assert sum(weights) == pytest.approx(1)
    assert {member["weight"] for member in told if member["beside"]} == {None}
