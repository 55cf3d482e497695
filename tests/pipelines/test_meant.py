"""What is meant by a word: the library before the plots of the same name, an authority's areas, a postcode without quotes."""

import shutil

import duckdb
import orjson
import pytest
from click.testing import CliRunner

from pipelines.commands.cli import main


def run(data, *words: str):
    return CliRunner().invoke(main, [*words, "--data", str(data)])


@pytest.fixture(scope="module")
def nunhead(town, tmp_path_factory):
    """The town's release with a library and a closed pub in part, and five plots, one of them whole, named after one place."""
    data = tmp_path_factory.mktemp("nunhead")
    shutil.copytree(town.release, data / "releases" / "1.0.0")
    (data / "releases" / "latest").symlink_to("1.0.0")

    def first(kind: str, n: int, status: str = "open") -> list[str]:
        sql = "select place_id from place where kind = ? and status = ? and is_in_areas_asked and name is not null order by 1 limit ?"
        return [place_id for (place_id,) in town.query(sql, kind, status, n)]

    pub, library, centre = *first("pub", 1), *first("library", 1), *first("community_centre", 1)
    names = {pub: "Old Nunhead Arms", library: "Nunhead Library", centre: "Nunheadly Hall"}
    plots = [row[0] for row in town.query("select place_id from place join kind using (kind) where for_whom = 'nobody' and is_in_areas_asked order by 1 limit 5")]  # fmt: skip
    names |= dict(
        zip(plots, ["Nunhead", "Nunhead Lane 1", "A Nunhead plot", "Nunhead Green", "Nunhead yard"], strict=True)
    )
    with duckdb.connect(str(data / "releases" / "1.0.0" / "commonground.duckdb")) as connection:
        for place_id, name in names.items():
            connection.execute("update place set name = ? where place_id = ?", [name, place_id])
        connection.execute("update place set status = 'closed' where place_id = ?", [pub])
    return data, {"library": library, "closed pub": pub, "part of a word": centre}, plots


def test_a_library_comes_before_plots_though_one_of_them_bears_the_name_whole(nunhead):
    data, places, plots = nunhead
    done = run(data, "place", "Nunhead", "--json")
    hits = [hit["place_id"] for hit in orjson.loads(done.stdout)["hits"]]
    assert hits[:3] == [places["library"], places["part of a word"], places["closed pub"]]
    assert set(hits[3:]) == set(plots)
    page = run(data, "place", "nunhead")
    assert page.exit_code == 2
    assert page.stdout.splitlines()[1].startswith(f"  {places['library']}  Nunhead Library")
    assert f"as in `commonground place {places['library']}`" in page.stderr


def test_the_whole_name_of_somewhere_to_go_is_enough(nunhead):
    data, places, _ = nunhead
    done = run(data, "place", "nunhead", "library", "--json")  # without quotes
    assert done.exit_code == 0
    assert orjson.loads(done.stdout)["place"]["place_id"] == places["library"]


def test_words_in_another_order_are_near(nunhead):
    data, places, _ = nunhead
    assert f"Do you mean Nunhead Library ({places['library']})" in run(data, "place", "library nunhead").stderr


def test_a_postcode_needs_no_quotes(town):
    postcode, area = town.query("select postcode, area_code from postcode order by postcode limit 1")[0]
    done = run(town.data, "profile", postcode[:-3], postcode[-3:], "--json")
    assert orjson.loads(done.stdout)["where"]["area"][0]["code"] == area


def test_an_authority_lists_every_area_of_it_in_order_and_says_how_to_go_on(town):
    done = run(town.data, "profile", "Northbank", "Council")
    assert done.exit_code == 0
    assert done.stdout.startswith("INVENTED")
    told = [
        line.split() for line in done.stdout.splitlines() if line.split()[1:2] and line.split()[1].startswith("S99")
    ]
    wanted = town.query(
        """select area_code, rank_authority from neighbourhood join index_score using (area_code)
        where authority_name = 'Northbank' and index_name = 'hardship' order by score desc nulls last, area_code"""
    )
    assert [(code, int(rank)) for rank, code, *_ in told] == wanted
    assert f"commonground profile {wanted[0][0]}" in done.stdout
    assert "commonground profile Northbank --whole" in done.stdout
    assert "commonground select --area Northbank" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 110


def test_an_authority_is_also_told_whole(town):
    whole = run(town.data, "profile", "Northbank", "--whole").stdout
    assert "WHAT IS HERE" in whole
    assert orjson.loads(run(town.data, "profile", "Northbank", "--json").stdout)["asked"]["level"] == "authority"
