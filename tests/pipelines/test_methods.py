"""The method reports of a release: whole, alone, escaped, the same every time, and saying what the tables say."""

import itertools
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from pipelines.release.database import open_database, open_release
from pipelines.release.method_facts import read_facts
from pipelines.release.method_page import Html, number, percent, table, text
from pipelines.release.method_spread import why_the_middle_moves
from pipelines.release.methods import index_names, write_methods
from pipelines.release.plots import shade

VOID = {"meta", "br", "hr", "img", "input", "link", "path", "use", "rect", "line", "circle"}
HOSTILE = "</style><script>alert(1)</script> \"'& $x$ \x1b[31m"
SECTIONS = ["definition", "distributions", "correlations", "importance", "robustness", "sensitivity", "weight-sets", "stability", "not-known"]  # fmt: skip


class Page(HTMLParser):
    """A page read strictly: every tag closed in order; its tables as lists of rows of text; its ids and links."""

    def __init__(self, source: str):
        super().__init__()
        self.source, self.open, self.tags, self.ids, self.links = source, [], [], [], []
        self.tables, self.every, self.said, self.headings = {}, [], [], []
        self._rows, self._cell, self._caption = None, None, None
        self.feed(source)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        self.tags.append((tag, told))
        self.ids += [told["id"]] if "id" in told else []
        self.links += [told[name] for name in ("href", "xlink:href", "src") if name in told]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self._rows = []
        if tag == "tr":
            self._rows.append([])
        if tag in ("td", "th", "caption", "h1", "h2", "h3"):
            self._cell = []

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()
        if tag in ("td", "th", "caption", "h1", "h2", "h3"):
            told = " ".join("".join(self._cell).split())
            if tag == "caption":
                self._caption = told
            elif tag.startswith("h"):
                self.headings.append((tag, told)) if tag != "th" and len(tag) == 2 and tag[1].isdigit() else None
            if tag in ("td", "th"):
                self._rows[-1].append(told)
            self._cell = None
        if tag == "table":
            self.tables.setdefault(self._caption, self._rows)
            self.every.append(self._rows)

    def handle_data(self, data):
        self.said.append(data)
        if self._cell is not None:
            self._cell.append(data)

    @property
    def words(self) -> str:
        return " ".join("".join(self.said).split())

    def rows(self, caption: str) -> dict[str, list[str]]:
        """The rows of the table whose caption starts so, by their first cell."""
        found = next(rows for told, rows in self.tables.items() if told.startswith(caption))
        return {row[0]: row[1:] for row in found[1:] if len(row) > 1}


def shown(value: float, digits: int = 0) -> str:
    """As a page shows a number, written apart from the code that does."""
    told = f"{abs(value):,.{digits}f}"
    return ("−" if value < 0 and float(told.replace(",", "")) else "") + told


def page_of(release, name: str) -> Page:
    return Page((release / "methods" / f"{name}.html").read_text("utf-8"))


def rendered(database, folder, previous=None) -> dict[str, bytes]:
    """The pages written from one database file."""
    with open_database(database, read_only=True) as connection:
        before = open_database(previous, read_only=True) if previous else None
        write_methods(folder, connection, before)
        if before:
            before.close()
    return {path.stem: path.read_bytes() for path in sorted((folder / "methods").iterdir())}


@pytest.fixture
def changed(town, tmp_path):
    """The town's database as a copy that a test may change."""
    return shutil.copy(town.release / "commonground.duckdb", tmp_path / "changed.duckdb")


@pytest.fixture(scope="module", params=["hardship", "infrastructure_gap", "ownership_opportunity"])
def page(request, town) -> tuple[str, Page]:
    return request.param, page_of(town.release, request.param)


# ---- the page itself


def test_every_index_has_a_page_and_nothing_else_is_there(town):
    with open_release(town.release) as connection:
        wanted = {f"{name}.html" for name in index_names(connection)}
    assert {path.name for path in (town.release / "methods").iterdir()} == wanted
    assert len(wanted) == 3


def test_a_page_is_well_formed_and_stands_alone(page):
    _, found = page
    assert found.source.startswith("<!DOCTYPE html>")
    assert not {tag for tag, _ in found.tags} & {"script", "link", "img", "iframe", "object", "image", "form"}
    assert all(link.startswith("#") for link in found.links)
    assert {link[1:] for link in found.links} <= set(found.ids)
    assert len(found.ids) == len(set(found.ids))
    assert not re.search(r"https?:|@import|url\((?!#)|javascript:|\son\w+=", found.source)
    assert len(found.source.encode()) < 1_000_000


def test_a_page_can_be_read_aloud(page):
    _, found = page
    assert [told for tag, told in found.headings if tag == "h1"] != []
    assert [told["id"] for tag, told in found.tags if tag == "section"] == SECTIONS
    charts = [told for tag, told in found.tags if tag == "svg"]
    assert len(charts) >= 5
    for told in charts:
        assert told["role"] == "img"
        assert set(told["aria-labelledby"].split()) <= set(found.ids)
    assert found.source.count('class="how"') == len(SECTIONS)
    levels = [int(tag[1]) for tag, _ in found.headings]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_a_page_says_what_must_be_borne_in_mind(town, page):
    name, found = page
    (fallacy, version), (title, question) = (
        town.query("select ecological_fallacy, version from release")[0],
        town.query("select title, question from index_method where index_name = ?", name)[0],
    )
    for told in (fallacy, f"release {version}", title, question, "Everything here is invented", "spread over method choices and data errors"):  # fmt: skip
        assert told in found.words
    assert "confiden" not in found.source.lower()


def test_no_time_is_told(town, page):
    built = town.query("select built_at from release")[0][0]
    assert built not in page[1].source
    assert built[:10] not in page[1].source
    assert not re.search(r"\d\d:\d\d:\d\d", page[1].source)


# ---- what it says is what the tables say


def test_definition_has_every_indicator_with_its_weight_and_reason(town, page):
    name, found = page
    rows = found.rows("Domains and indicators")
    told = town.query("""select coalesce(x.title, i.title), m.member_weight, m.reason, m.target_0, m.target_100, m.nominal_weight, m.effective_weight from index_member as m
        left join indicator as i on i.indicator = m.member left join index_method as x on x.index_name = m.member where m.index_name = ?""", name)  # fmt: skip
    assert set(rows) == {title for title, *_ in told}
    for title, weight, reason, zero, hundred, *shares in told:
        assert (rows[title][0], rows[title][-1]) == (shown(weight, 2), " ".join(reason.split()))
        if zero is not None:
            assert f"0 at {zero:,g}, 100 at {hundred:,g}".replace("-", "−") in rows[title][3]
        assert rows[title][1:3] == ["–" if share is None else f"{100 * share:.1f} %" for share in shares]
    assert sum(effective or 0 for *_, effective in told) == pytest.approx(1, abs=1e-4)
    for domain, weight in town.query("select domain, weight from weight_set_weight where index_name = ? and weight_set = 'expert'", name):  # fmt: skip
        assert f"{domain.replace('_', ' ').capitalize()}: {100 * weight:.1f} % of the index" in found.words


def test_distributions_are_those_of_the_columns(town, page):
    name, found = page
    rows = found.rows("The same in numbers")
    columns = {"Index score": town.frame(f"select score from index_score where index_name = '{name}'")["score"]}
    for domain, own in town.frame(f"select domain, score from domain_score where index_name = '{name}'").groupby("domain"):  # fmt: skip
        columns[domain.replace("_", " ").capitalize()] = own["score"]
    assert set(rows) == set(columns)
    for title, column in columns.items():
        assert rows[title][:2] == [shown(column.notna().sum()), shown(column.isna().sum())]
        if column.notna().any():
            assert rows[title][2:] == [shown(value, 2) for value in (column.min(), column.median(), column.max())]


def test_correlations_and_importance_are_spearman_of_the_tables(town, page):
    name, found = page
    wide = town.frame(f"pivot (select area_code, domain, score from domain_score where index_name = '{name}') on domain using any_value(score)")  # fmt: skip
    wide = wide.merge(town.frame(f"select area_code, score from index_score where index_name = '{name}'"), on="area_code")  # fmt: skip
    weights = dict(town.query("select domain, weight from weight_set_weight where index_name = ? and weight_set = 'expert'", name))  # fmt: skip
    with_index = {}
    for domain in weights:
        both = wide[[domain, "score"]].dropna()
        with_index[domain] = spearmanr(both[domain], both["score"])[0] if len(both) >= 10 else np.nan
    rows = found.rows("Weight and effective importance")
    total = np.nansum(np.square(list(with_index.values())))
    assert set(rows) == {domain.replace("_", " ").capitalize() for domain in weights}
    for domain, value in with_index.items():
        told = rows[domain.capitalize()]
        assert told[0] == f"{100 * weights[domain]:.1f} %"
        if np.isnan(value):
            assert told[1:] == ["not known", "not known"]
        else:
            assert told[1:] == [shown(value, 3), f"{100 * value**2 / total:.1f} %"]


def test_indicators_are_turned_so_that_more_is_more_need(town):
    """Broadband that is slow and transport that is good: the one is more need, the other less."""
    found = page_of(town.release, "hardship").rows("Spearman rank correlations inside remoteness")
    both = town.frame("select a.value as slow, b.value as near from indicator_value as a join indicator_value as b using (area_code) where a.indicator = 'slow_broadband_score' and b.indicator = 'transport_connectivity_score'")  # fmt: skip
    titles = dict(town.query("select indicator, title from indicator"))
    assert found[f"1. {titles['transport_connectivity_score']}"][1] == shown(-spearmanr(both["slow"], both["near"])[0], 2)  # fmt: skip
    with open_release(town.release) as connection:
        gap = read_facts(connection, "infrastructure_gap").values
    libraries, kinds = (dict(town.query("select area_code, value from indicator_value where indicator = ?", member)) for member in ("nearest_library_m", "everyday_choice"))  # fmt: skip
    assert list(gap["nearest_library_m"].fillna(-1)) == [-1 if v is None else v for _, v in sorted(libraries.items())]
    assert list(gap["everyday_choice"].fillna(1)) == [1 if v is None else -v for _, v in sorted(kinds.items())]


def test_redundant_and_opposed_pairs_are_named(changed, tmp_path):
    with open_database(changed) as connection:
        connection.execute("update indicator_value as v set value = w.value * 2 from indicator_value as w where v.area_code = w.area_code and v.indicator = 'years_of_life_lost_rate' and w.indicator = 'mental_health_score'")  # fmt: skip
        connection.execute("update indicator_value as v set value = -w.value from indicator_value as w where v.area_code = w.area_code and v.indicator = 'bad_health_pct' and w.indicator = 'mental_health_score'")  # fmt: skip
        titles = dict(connection.execute("select indicator, title from indicator").fetchall())
    found = Page(rendered(changed, tmp_path)["hardship"].decode())
    mental, lost, bad = (titles[name] for name in ("mental_health_score", "years_of_life_lost_rate", "bad_health_pct"))
    assert f"{mental} and {lost} say much the same (1.000)" in found.words
    assert f"{mental} and {bad} pull against each other (−1.000)" in found.words


def test_robustness_counts_are_those_of_the_table(town, page):
    name, found = page
    frame = town.frame(f"select * from index_score where index_name = '{name}' and rank_low is not null")
    frame["rank"] = [row[f"rank_{row['spread_scope']}"] for row in frame.to_dict("records")]
    assert frame["spread_scope"].nunique() == 1
    frame["of"] = len(frame)
    tenth = frame["rank"] <= frame["of"] / 10
    width = frame["rank_high"] - frame["rank_low"]
    rows = found.rows("Width of the interval")
    near = np.sort(width)[int(np.ceil(0.95 * len(width))) - 1]
    assert rows["High rank minus low rank"] == [shown(value) for value in (len(width), width.min(), width.median(), near, width.max())]  # fmt: skip
    shift = frame["rank_shift_mean"]
    told = rows["Mean shift from the published rank"]
    assert [told[1], told[2], told[4]] == [shown(v, 1) for v in (shift.min(), shift.median(), shift.max())]
    rows = found.rows("The highest tenth of each scope")
    assert rows["In the highest tenth as published"] == [shown(tenth.sum())]
    for share in (0.9, 0.5):
        counted = (tenth & (frame["worst_decile_share"] >= share)).sum()
        assert rows[f"Of these, in it in at least {share:.0%} of the versions".replace("%", " %")] == [shown(counted)]
    assert rows["Not in it as published, but in at least 50 % of the versions"] == [shown((~tenth & (frame["worst_decile_share"] >= 0.5)).sum())]  # fmt: skip


def test_how_often_a_rank_lies_outside_its_range_is_told(town, page):
    name, found = page
    frame = town.frame(f"select * from index_score where index_name = '{name}' and rank_low is not null")
    rank = np.array([row[f"rank_{row['spread_scope']}"] for row in frame.to_dict("records")], dtype=float)
    outside = int(((rank < frame["rank_low"]) | (rank > frame["rank_high"])).sum())
    assert town.query("select n_ranked, n_outside_range from index_method where index_name = ?", name) == [(len(frame), outside)]  # fmt: skip
    assert found.rows("The highest tenth of each scope")["Published rank outside the area's own 5–95 % interval"] == [shown(outside)]  # fmt: skip
    rows = found.rows("Ranges by region")
    told = town.query("select scope_name, n_ranked, n_outside, width_median, median_change_mean from index_range where index_name = ?", name)  # fmt: skip
    assert told
    for where, n, out, width, _ in told:
        assert rows[where][:3] == [shown(n), shown(width), f"{out:,} of {n:,}"]
    change = (frame["rank_median"] - rank).mean()
    assert town.query("select median_change_mean from index_range where index_name = ? and scope = 'nation'", name)[0][0] == pytest.approx(change)  # fmt: skip


def test_each_option_alone_and_what_no_version_draws_are_told(town, page):
    name, found = page
    rows = tables_with(found, "Option")
    shifts = town.query("select rank_shift_mean from index_option where index_name = ? and scope = 'nation'", name)
    assert sorted(cells[2] for cells in rows) == sorted(shown(shift, 1) for (shift,) in shifts)
    assert "No version draws the sampling error of the inputs" in found.words
    assert "A share depends on the options listed" in found.words
    errors, unknown = town.query("select errors_drawn, errors_not_measured from index_method where index_name = ?", name)[0]  # fmt: skip
    for told in (errors, unknown):
        assert told is None or told in found.words


def test_why_the_middle_of_the_versions_moves():
    ranges = pd.DataFrame({"scope": ["nation", "region", "region"], "scope_code": list("nab"), "scope_name": ["N", "A", "B"], "median_change_mean": [0.0, 900.0, -20.0]})  # fmt: skip
    options = pd.DataFrame({"choice": ["transform", "aggregate", "transform"], "option": ["inverse_normal", "uneven_raises", "inverse_normal"], "scope": "region", "scope_code": list("aab"), "rank_change_mean": [1900.4, -2000.0, -30.0]})  # fmt: skip
    [told] = why_the_middle_moves(ranges, options)
    assert "furthest from it in A, 900 ranks further from the first" in told
    assert "inverse normal (scale of domains) moves areas there 1,900 ranks further from the first" in told
    assert why_the_middle_moves(ranges[:2], options) == []


def test_published_ranks_are_in_the_frame_of_the_spread(town, page):
    with open_release(town.release) as connection:
        ranked = read_facts(connection, page[0]).ranked
    assert len(ranked)
    assert list(ranked["scope"]) == list(ranked["spread_scope"])


def test_sensitivity_and_weight_sets_are_those_of_the_tables(town, page):
    name, found = page
    told = town.query("select first_order, first_order_interval, total, total_interval, n_options from index_sensitivity where index_name = ?", name)  # fmt: skip
    for first, half, total, whole, n in told:
        row = [f"{shown(first, 3)} ± {shown(half, 3)}", f"{shown(total, 3)} ± {shown(whole, 3)}", shown(n)]
        assert any(row == cells[1:4] for cells in tables_with(found, "Options")), row
    sets = dict(town.query("select weight_set, title from weight_set where index_name = ?", name))
    rows, head = found.rows("Weights of the domains by each set"), next(rows[0] for told, rows in found.tables.items() if told.startswith("Weights of the domains"))  # fmt: skip
    assert set(head[1:]) == set(sets.values())
    for domain, key, weight in town.query("select domain, weight_set, weight from weight_set_weight where index_name = ?", name):  # fmt: skip
        assert rows[domain.replace("_", " ").capitalize()][head.index(sets[key]) - 1] == f"{100 * weight:.1f} %"
    moved = found.rows("How far ranks move between two sets")
    for a, b, n, mean, far, spearman, leaving, within in town.query("select weight_set_a, weight_set_b, n_areas, rank_shift_mean, rank_shift_p95, spearman, n_leaving_highest_tenth, n_in_highest_tenth from weight_set_shift where index_name = ?", name):  # fmt: skip
        assert moved[f"{sets[a]} and {sets[b]}"] == [shown(n), shown(spearman, 3), shown(mean, 1), shown(far, 1), f"{leaving:,} of {within:,}"]  # fmt: skip


def tables_with(found: Page, heading: str) -> list[list[str]]:
    return [row for rows in found.every if heading in rows[0] for row in rows[1:]]


def test_nulls_and_grades_are_those_of_the_tables(town, page):
    name, found = page
    for caption, column, rows in [
        ("Areas without a score", "null_reason", town.query("select null_reason, count(*) from index_score where index_name = ? and score is null group by 1", name)),
        ("Areas with a score", "evidence_grade", town.query("select evidence_grade, count(*) from index_score where index_name = ? and evidence_grade is not null group by 1", name)),
    ]:  # fmt: skip
        told = {key.split(":")[0]: cells[0] for key, cells in found.rows(caption).items()}
        assert told == ({key.replace("_", " "): shown(n) for key, n in rows} or {"none": "0"}), column
    rows = found.rows("Indicators")
    counted = town.query("""select i.title, count(v.value), count(*) - count(v.value), count(*) filter (where v.coverage = 'partial')
        from index_member as m join indicator as i on i.indicator = m.member join indicator_value as v on v.indicator = m.member
        where m.index_name = ? group by 1""", name)  # fmt: skip
    assert counted
    for title, known, unknown, partial in counted:
        assert rows[title][:3] == [shown(known), shown(unknown), shown(partial)]
        assert (rows[title][-1] == "–") == (unknown == 0)


# ---- the release before


def test_the_first_release_has_nothing_to_compare_with(town, tmp_path):
    pages = rendered(town.release / "commonground.duckdb", tmp_path)
    for source in pages.values():
        assert "this is the first release kept that tells of this index" in Page(source.decode()).words


def test_ranks_are_compared_with_the_release_before_and_scores_are_not(town, changed, tmp_path):
    with open_database(changed) as connection:  # the first two areas change places, and a tenth takes one in
        a, b = (row[0] for row in connection.execute("select area_code from index_score where index_name = 'hardship' and rank_nation in (1, 20) order by rank_nation").fetchall())  # fmt: skip
        connection.execute("update index_score set rank_nation = 21 - rank_nation, score = score + 1000 where index_name = 'hardship' and area_code in (?, ?)", [a, b])  # fmt: skip
    found = Page(rendered(changed, tmp_path, town.release / "commonground.duckdb")["hardship"].decode())
    version = town.query("select version from release")[0][0]
    old = town.frame("select area_code, rank_nation from index_score where index_name = 'hardship'").set_index("area_code")["rank_nation"].astype(float)  # fmt: skip
    new = old.where(~old.index.isin([a, b]), 21 - old)
    shift = (new - old).abs()
    for told in [
        f"The release before is {version}. The definition is the same.",
        f"Areas ranked in both{len(old)}",
        f"Spearman of the ranks{shown(spearmanr(old, new)[0], 3)}",
        f"Mean absolute shift{shown(shift.mean(), 1)} ranks",
        "Greatest shift19 ranks",
        "Enter the highest tenth1",
        "Leave the highest tenth1",
    ]:
        assert told in found.words
    with open_database(changed) as connection:
        connection.execute("update index_member set member_weight = member_weight / 2 where member = 'bad_health_pct'")
    again = Page(rendered(changed, tmp_path, town.release / "commonground.duckdb")["hardship"].decode())
    assert "The definition has changed since" in again.words


def test_a_release_before_with_other_areas_is_said_so(town, changed, tmp_path):
    with open_database(changed) as connection:
        for name in ("index_score", "domain_score", "indicator_value", "neighbourhood"):
            connection.execute(f"update {name} set area_code = 'X' || area_code")
    pages = rendered(changed, tmp_path, town.release / "commonground.duckdb")
    assert "No area has a rank in the same scope in both releases" in pages["hardship"].decode()


@pytest.mark.parametrize("change", ["drop table index_method", "alter table index_member drop column normalise", "alter table index_score drop column rank_authority", "delete from index_method"])  # fmt: skip
def test_a_release_before_that_has_not_these_tables_does_no_harm(town, changed, tmp_path, change):
    with open_database(changed) as connection:
        connection.execute(change)
    pages = rendered(town.release / "commonground.duckdb", tmp_path, changed)
    assert all(b"There is none to compare with" in source for source in pages.values())


# ---- the same every time, and whatever the data


def test_two_renderings_are_the_same_bytes(town, tmp_path):
    database, first = town.release / "commonground.duckdb", {}
    first = rendered(database, tmp_path / "a")
    assert first == rendered(database, tmp_path / "b")
    code = "import sys, pathlib; from pipelines.release.database import open_database; from pipelines.release.methods import write_methods; write_methods(pathlib.Path(sys.argv[2]), open_database(sys.argv[1], read_only=True), None)"  # fmt: skip
    subprocess.run([sys.executable, "-c", code, str(database), str(tmp_path / "c")], check=True, timeout=120, env={"PYTHONHASHSEED": "7", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)})  # fmt: skip
    assert first == {path.stem: path.read_bytes() for path in sorted((tmp_path / "c" / "methods").iterdir())}


def test_the_style_of_the_reader_is_put_back_and_plays_no_part(town, tmp_path):
    import matplotlib

    before = rendered(town.release / "commonground.duckdb", tmp_path / "a")
    with matplotlib.rc_context({"font.size": 33, "lines.linewidth": 9}):
        assert rendered(town.release / "commonground.duckdb", tmp_path / "b") == before
        assert matplotlib.rcParams["font.size"] == 33


def test_hostile_names_are_escaped_in_text_tables_and_charts(changed, tmp_path):
    with open_database(changed) as connection:
        connection.execute("update index_method set title = ?, question = ?, citation = ?, versions_reason = ?, normalise_versions = ?", [HOSTILE] * 5)  # fmt: skip
        connection.execute("update index_member set reason = ?, domain_reason = ?", [HOSTILE] * 2)
        connection.execute("update indicator set title = ? || indicator, unit = ?", [HOSTILE] * 2)
        connection.execute("update weight_set set title = ? || weight_set, reason = ?, contributed_by = ?", [HOSTILE] * 3)  # fmt: skip
        connection.execute("update index_sensitivity set choice = ? || choice, options = ?", [HOSTILE] * 2)
        connection.execute("update index_score set null_reason = ? where score is null", [HOSTILE])
        connection.execute("update indicator_value set null_reason = ? where value is null", [HOSTILE])
        connection.execute("update release set title = ?, licence = ?, ecological_fallacy = ?, version = ?", [HOSTILE] * 4)  # fmt: skip
        for name in ("index_member", "domain_score", "weight_set_weight"):
            connection.execute(f"update {name} set domain = domain || ?", [HOSTILE])
    for source in rendered(changed, tmp_path).values():
        found = Page(source.decode())
        assert "script" not in {tag for tag, _ in found.tags}
        assert b"<script" not in source
        assert b"\x1b" not in source
        assert source.count(b"</style>") == 1
        assert "alert(1)" in found.words
        assert "$x$" in found.words


def test_an_index_without_any_score_still_has_its_page(changed, tmp_path):
    with open_database(changed) as connection:
        connection.execute("""update index_score set score = null, rank_nation = null, rank_region = null, rank_authority = null, decile_nation = null,
            rank_low = null, rank_high = null, rank_median = null, worst_decile_share = null, rank_shift_mean = null, spread_scope = null, evidence_grade = null,
            null_reason = 'below_minimum_weight'""")  # fmt: skip
        connection.execute("update domain_score set score = null")
        connection.execute("update indicator_value set value = null, null_reason = 'not_covered', as_at = null")
        for name in ("index_sensitivity", "weight_set_shift", "weight_set_weight", "weight_set"):
            connection.execute(f"delete from {name}")
    for name, source in rendered(changed, tmp_path, changed).items():
        found = Page(source.decode())
        assert "No area of this release has a score of this index" in found.words
        assert "No area of this release has a rank in this index" in found.words
        assert found.rows("Areas without a score") == {
            "below minimum weight: too little of what the score is made of is known": ["150"]
        }
        assert [told["id"] for tag, told in found.tags if tag == "section"] == SECTIONS, name


# ---- its parts


@pytest.mark.parametrize(
    ("value", "digits", "told"),
    [(0.0, 2, "0.00"), (-0.001, 2, "0.00"), (-0.01, 2, "−0.01"), (1234567.0, 0, "1,234,567"), (-1234.5, 1, "−1,234.5")],
)
def test_a_number_is_shown_without_a_negative_zero(value, digits, told):
    assert number(value, digits) == told


def test_what_is_not_known_is_said_and_what_is_markup_stands():
    assert "not known" in number(float("nan"))
    assert "not known" in percent(None)
    assert "not known" in text(None)
    assert text("a < b") == "a &lt; b"
    assert text(Html("<b>x</b>")) == "<b>x</b>"
    assert "<td>&lt;i&gt;</td>" in table("c", ["a", "b"], [["x", "<i>"]])


def test_the_ink_on_a_colour_can_be_read():
    for value in np.linspace(-1, 1, 81):
        background, ink = (np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255 for colour in shade(value))
        light = sorted(float(np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]) for c in (background, ink))  # fmt: skip
        assert (light[1] + 0.05) / (light[0] + 0.05) >= 4.5, value


def test_matplotlib_is_read_only_when_a_page_is_drawn():
    code = "import sys, pipelines.release.publish; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def test_summaries_of_nothing_are_not_known():
    from pipelines.release.method_facts import spearman, summary

    assert summary(np.array([np.nan, np.nan])).n == 0
    found, n = spearman(pd.DataFrame({"a": [1.0] * 12, "b": range(12), "c": [np.nan] * 3 + list(range(9))}))
    assert found.isna().loc["a", "b"]
    assert found.isna().loc["b", "c"], "nine areas are too few"
    assert n.loc["b", "c"] == 9
