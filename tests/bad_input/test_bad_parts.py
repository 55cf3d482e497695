"""A source in parts of which one does not come: told, kept where it was had, and not known where it never came."""

import json

from pipelines.release.database import open_database

OLD, NEW = "2026-03-31", "2026-09-30"
PART = "FHRS502en-GB.json"  # the file of the second council
COUNCIL = "S99600002"
OTHERS = "not in ('pub', 'community_held_pub', 'cafe')"


def query(data, sql: str):
    with open_database(data / "releases" / "latest" / "commonground.duckdb", read_only=True) as connection:
        return connection.execute(sql).fetchall()


def reach(data, kinds: str):
    return query(
        data,
        f"""
        select r.* exclude (nearest_place_id) from neighbourhood_reach as r where kind {kinds} order by area_code, kind""",
    )


def test_a_part_that_never_came_leaves_its_authority_unknown_and_nowhere_else(town, room, command, published):
    town.spoil(PART, b"gone", status=404)
    data = room / "data"
    ran = command("refresh", "--data", data, "--sample-date", OLD, "--quiet", "--strict")
    assert ran.code == 1  # told, and with --strict a failure; published all the same
    line = next(line for line in (ran.out + ran.err).splitlines() if "incomplete: fsa_hygiene_current" in line)
    assert "502" in line
    assert "404" in line
    assert json.loads((data / "health.json").read_bytes())["state"] == "amber"
    told = query(
        data,
        """
        select authority_code, region_code, coverage, null_reason, n_within_15_min is null, nearest_m is null
        from neighbourhood_reach join neighbourhood using (area_code) where kind = 'pub'""",
    )
    mine = {row[2:] for row in told if row[0] == COUNCIL}
    assert mine == {("unknown", "source_unavailable", True, True)}
    others = {row[2] for row in told if row[0] == "S99600001"}
    assert others
    assert others <= {"observed", "partial"}
    # no other kind of place is told otherwise than where the part came; a cafe that both lists know stands where the
    # open one of them says, so that a walk to it may change, and never whether anyone looked
    assert reach(data, OTHERS) == reach(published, OTHERS)
    looked = "select area_code, coverage from neighbourhood_reach where kind = 'cafe' order by 1"
    known = [query(folder, looked) for folder in (data, published)]
    assert known[0] == known[1]
    reasons = query(
        data,
        f"""
        select distinct null_reason from indicator_value join neighbourhood using (area_code)
        where indicator = 'pubs_within_15_min' and authority_code = '{COUNCIL}'""",
    )
    assert reasons == [("source_unavailable",)]  # it was asked for and did not come
    assert command("check", "--data", data).code == 0

    town.mend()
    again = command("refresh", "--data", data, "--sample-date", OLD, "--quiet")
    assert again.code == 0, again.err
    assert "incomplete" not in again.out + again.err
    assert reach(data, "= 'pub'") == reach(published, "= 'pub'")
    assert json.loads((data / "health.json").read_bytes())["state"] == "green"


def test_a_part_that_fails_later_keeps_what_it_had_and_the_others_are_renewed(town, data, command):
    before = query(data, "select source_id from place_record where source = 'fsa_hygiene_current'")
    town.spoil(PART, b"<html><body>We will be back soon</body></html>", NEW)
    ran = command("refresh", "--data", data, "--sample-date", NEW, "--quiet")
    assert ran.code == 0, ran.err
    assert "incomplete: fsa_hygiene_current" in ran.out + ran.err
    covered = query(
        data,
        f"""
        select distinct coverage from neighbourhood_reach join neighbourhood using (area_code)
        where kind = 'pub' and authority_code = '{COUNCIL}'""",
    )
    assert ("unknown",) not in covered
    of = lambda date, part: {row["FHRSID"] for row in json.loads(town.body(part, date).removeprefix(b"\xef\xbb\xbf"))["FHRSEstablishment"]["EstablishmentCollection"]}  # noqa: E731  # fmt: skip
    now = {row[0] for row in query(data, "select source_id from place_record where source = 'fsa_hygiene_current'")}
    kept, renewed = of(OLD, PART), of(NEW, "FHRS501en-GB.json")
    assert now <= kept | renewed
    assert {row[0] for row in before} & kept <= now


def test_where_no_part_comes_the_last_good_snapshot_stands(town, data, command):
    for part in ("FHRS501en-GB.json", PART):
        town.spoil(part, b"gone", NEW, status=404)
    before = reach(data, "= 'pub'")
    ran = command("refresh", "--data", data, "--sample-date", NEW, "--quiet")
    assert ran.code == 0, ran.err
    assert "stale: fsa_hygiene_current" in ran.out + ran.err
    assert [row[:6] for row in reach(data, "= 'pub'")] == [row[:6] for row in before]


def test_what_came_cut_or_damaged_of_openstreetmap_keeps_the_last_one(town, data, command):
    def cut(body: bytes) -> bytes:
        told = json.loads(body)
        return json.dumps(
            {**told, "elements": told["elements"][::3], "remark": "runtime error: Query timed out"}
        ).encode()

    town.spoil("place_of_worship", cut, NEW)
    town.spoil("england-latest.osm.pbf", lambda body: body[:-200], NEW)
    ran = command("refresh", "--data", data, "--sample-date", NEW, "--quiet")
    assert ran.code == 0, ran.err
    for told in ("stale: osm_places_london", "told only a part", "stale: osm_places_england", "cut short or damaged"):
        assert told in ran.out + ran.err
    held = "select n_rows from record_count where source = 'osm_places_london' and outcome = 'rows'"
    assert query(data, held)[0][0] > 300
    assert query(data, "select count(*) from place_record where source = 'osm_places_england'")[0][0] > 300
    assert not list((data / "snapshots" / "osm_places_england").glob(".making*"))
