"""What scripts read of the data files is what the database holds: postcodes and every area, unpacked in a browser."""

import json

import pytest

READ = """async () => {
    const { chunks } = await CG.start_data();
    const areas = await CG.areas();
    const found = {};
    for (let row = 0; row < areas.code.length; row++) {
        const near = await CG.near(row);
        found[areas.code[row]] = {
            within: near.within.map((one) => [one.place.place_id, one.kind, one.metres, one.minutes]),
            reach: Object.entries(near.reach).map(([kind, one]) => [kind, one.n10, one.n15, one.metres, one.place && one.place.place_id, one.gap, one.coverage, one.null_reason]),
            numbers: Object.entries(near.numbers).map(([name, one]) => [name, one.value, one.n_counted, one.n_of, one.coverage, one.null_reason]),
            why: Object.entries(near.why).map(([index, one]) => [index, one.from, one.domains.map(([domain, push]) => [domain, push]), one.domains.map(([domain, , own]) => own.length)]),
            peers: Object.values(near.peers).map((own) => own.map((one) => areas.code[one.peer])),
            here: near.places_here.map((one) => one.place_id),
            candidates: near.candidates.map((one) => [one.id, one.name, one.place && one.place.place_id]),
        };
    }
    return JSON.stringify(found);
}"""  # fmt: skip


@pytest.fixture(scope="module")
def read(town, atlas_address, chromium) -> dict[str, dict]:
    """Every area of the town, as the scripts read it."""
    page = chromium.new_page()
    page.goto(f"{atlas_address}/atlas/index.html")
    told = page.evaluate(READ)
    page.close()
    return json.loads(told)


def by_area(town, sql: str) -> dict[str, list]:
    found: dict[str, list] = {}
    for area, *row in town.query(sql):
        found.setdefault(area, []).append(row)
    return found


def test_places_within_reach_are_those_of_the_release(town, read):
    held = by_area(
        town, "select area_code, place_id, kind, round(distance_m)::integer, minutes from neighbourhood_place"
    )
    for area, told in read.items():
        mine = {(place, kind): (metres, minutes) for place, kind, metres, minutes in held.get(area, [])}
        assert {(place, kind): metres for place, kind, metres, _ in told["within"]} == {
            k: v[0] for k, v in mine.items()
        }
        assert [metres for _, _, metres, _ in told["within"]] == sorted(metres for metres, _ in mine.values())
        for place, kind, _, minutes in told["within"]:
            assert minutes == pytest.approx(mine[place, kind][1], abs=0.06)


def test_reach_and_numbers_are_those_of_the_release(town, read):
    reach = by_area(town, "select area_code, kind, n_within_10_min, n_within_15_min, round(nearest_m)::integer, nearest_place_id, gap, coverage, null_reason from neighbourhood_reach order by all")  # fmt: skip
    numbers = by_area(town, "select area_code, indicator, value, n_counted, n_of, coverage, null_reason from indicator_value order by all")  # fmt: skip
    for area, told in read.items():
        assert sorted(told["reach"]) == reach[area]
        for mine, held in zip(sorted(told["numbers"], key=lambda row: row[0]), numbers[area], strict=True):
            assert mine[:1] + mine[2:] == held[:1] + held[2:]
            assert mine[1] == (None if held[1] is None else pytest.approx(held[1], abs=0.000501, rel=0.0005))


def test_why_peers_and_places_are_those_of_the_release(town, read):
    pushes = by_area(town, "select area_code, index_name, domain, contribution from domain_contribution where contribution is not null")  # fmt: skip
    peers = by_area(town, "select area_code, index_name, peer_code from area_peer order by area_code, index_name, position")  # fmt: skip
    here = by_area(town, "select area_code, place_id from place")
    for area, told in read.items():
        mine = {(index, domain): push for index, _, domains, _ in told["why"] for domain, push in domains}
        assert mine == {(i, d): pytest.approx(push, abs=0.000501) for i, d, push in pushes.get(area, [])}
        assert sorted(code for own in told["peers"] for code in own) == sorted(code for _, code in peers.get(area, []))
        assert sorted(told["here"]) == sorted(place for (place,) in here.get(area, []))


def test_candidates_are_told_with_their_own_place(town, read):
    held = {row[0]: list(row) for row in town.query("select opportunity_id, name, place_id from opportunity where area_code is not null")}  # fmt: skip
    own = by_area(town, "select area_code, opportunity_id from opportunity where area_code is not null")
    for area, told in read.items():
        assert {row[0] for row in told["candidates"]} >= {one for (one,) in own.get(area, [])}
        assert told["candidates"] == [held[row[0]] for row in told["candidates"]]
    assert {row[0] for told in read.values() for row in told["candidates"]} >= set(held)


def test_postcodes_lead_to_their_area(town, atlas_address, chromium):
    page = chromium.new_page()
    page.goto(f"{atlas_address}/atlas/index.html")
    some = town.query("select postcode, area_code from postcode using sample 60 rows (reservoir, 7)")
    asked = "codes => Promise.all(codes.map(async code => { const found = await CG.postcode(code); return found && (await CG.areas()).code[found.row]; }))"  # fmt: skip
    spaced = [f" {code[:-3].lower()} {code[-3:].lower()}" for code, _ in some]
    assert page.evaluate(asked, spaced) == [area for _, area in some]
    assert page.evaluate(asked, ["ZZ99 9ZZ", "not one", "", "<b>", "AA1 1A"]) == [None] * 5
    page.close()
