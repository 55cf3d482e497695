"""What the atlas starts from, in one small file: the release, what can be shown, and the words people see."""

from functools import cache

import duckdb
import orjson

from geodata.geography import read_geographies
from geodata.records import read_record
from pipelines.core.query import holds, records
from pipelines.register.labels import spaced
from pipelines.register.register import DEFINITIONS, Taxonomy
from pipelines.release.agreement import by_construction
from pipelines.release.licences import attributions, read_licences, whole
from pipelines.scoring.definition import Index, read_index

LISTS = ("null_reason", "coverage", "evidence_grade", "gap", "status", "typology", "axis_state", "scope", "level", "direction",
         "owner_kind", "tenure_band", "use_state", "run_by", "candidate", "event", "precision", "weight_origin", "kind_group",
         "licence", "snapshot_state", "legal_state", "legal_event", "legal_reason")  # fmt: skip
LEVELS = {  # level: what several are called, and the layer of the tiles that has its outlines
    "area": ("small areas", "areas"),
    "msoa": ("middle layer areas (MSOAs)", "msoas"),
    "authority": ("authorities", "authorities"),
    "ward": ("wards", None),
    "region": ("regions", None),
}
NEED, OPPORTUNITY = "higher_is_more_need", "higher_is_more_opportunity"
ENDS = {
    NEED: {"high_means": "more need", "low_means": "less need"},
    "higher_is_less_need": {"high_means": "less need", "low_means": "more need"},
    OPPORTUNITY: {"high_means": "more potential", "low_means": "less potential"},
}
HIGH_IS_BAD = "High is bad."
LESS = {"greatest": "least", "widest": "narrowest", "most": "least", "highest": "lowest"}


def catalogue(connection: duckdb.DuckDBPyConnection, files: dict) -> dict:
    """The value of the file `atlas`. `files`: which chunks of `near`, `postcodes` and `place_names` there are."""
    release = _rows(connection, "select * exclude (tables, fields_left_out, definition_sha256) from release")[0]
    licences = read_licences(connection)
    return {
        "release": release,
        "nation": _nation(connection, release),
        "metres_a_minute": round(1 / read_geographies()[release["geography"]].minutes_per_metre, 6),
        "caution": release["ecological_fallacy"],
        "members": members(connection),
        "levels": _levels(connection, release["levels"]),
        "scopes": _scopes(connection),
        "kinds": _kinds(connection),
        "labels": _labels(connection),
        "weight_sets": _rows(
            connection, "select index_name, weight_set, title, origin, reason from weight_set order by index_name, weight_set != 'expert', weight_set"
        ),
        "sources": {
            row.pop("source"): row
            for row in _rows(
                connection,
                "select s.source, s.title, s.publisher, s.page, s.licence_key, n.state, coalesce(n.source_as_at, strftime(s.vintage, '%Y-%m-%d')) as as_at "
                "from source as s join snapshot as n using (source) where n.state != 'unavailable' order by 1",
            )
        },
        "licence": whole(licences),  # of what rests on everything, as the label does
        "licences": {key: {"title": one.title, "url": one.url, "is_share_alike": one.share_alike} for key, one in licences.items()},
        "attribution": attributions(connection, licences, whole(licences)),
        **files,
    }  # fmt: skip


def _nation(connection: duckdb.DuckDBPyConnection, release: dict) -> dict:
    code, name = connection.execute(
        "select any_value(nation_code), any_value(nation_name) from neighbourhood"
    ).fetchone()
    return {"code": code, "name": name, "n_areas": release["n_areas_nation"]}


def members(connection: duckdb.DuckDBPyConnection) -> list[dict]:
    """Everything areas can be coloured by, the headline index first, each index before its domains and each domain before
    its indicators; then what is in no index."""
    indices = _rows(connection, "select * from index_method order by not is_headline, index_name")
    parts = _rows(connection, "select * from index_member")
    indicators = {row["indicator"]: row for row in _rows(connection, "select * from indicator order by indicator")}
    known = _known(connection)
    told: list[dict] = []
    seen: set[str] = set()
    for index in indices:
        name = index["index_name"]
        mine = [part for part in parts if part["index_name"] == name]
        counted = {part["domain"]: part["domain_weight"] for part in mine if part["is_in_index"]}
        direction = _direction([part for part in mine if part["is_in_index"]], indicators)
        told.append(_index(index, direction, known))
        for domain in _domains_in_order(name, mine):
            inside = [part for part in mine if part["domain"] == domain]
            share = counted[domain] / sum(counted.values()) if domain in counted else None
            is_of_need = direction == NEED and share is not None  # an axis of potential need not be potential itself
            top = told_of.first_rank if is_of_need and (told_of := definition_of(name)) else "the highest score"
            told.append(_domain(index, _direction(inside, indicators), inside, known, share, top))
            for part in inside:
                if (member := part["member"]) in indicators and member not in seen:
                    seen.add(member)
                    told.append(_indicator(indicators[member], parts, known))
    rest = [row for name, row in indicators.items() if name not in seen]
    return told + [_indicator(row, parts, known) for row in rest]


def _direction(parts: list[dict], indicators: dict[str, dict]) -> str:
    """What more of a score of these members means: potential where most indicators among them say so, else need."""
    found = [indicators[part["member"]]["direction"] for part in parts if part["member"] in indicators]
    return OPPORTUNITY if 2 * found.count(OPPORTUNITY) > len(found) else NEED


def ends_of(index: str) -> tuple[str, str]:
    """What the highest and the lowest scores of an index are called: its first rank, and the other end."""
    definition = definition_of(index)
    high, low = _ends(definition.first_rank if definition else "the greatest").values()
    return high, low


def _ends(highest: str) -> dict[str, str]:
    """The words at both ends of a scale of scores, from what its first rank is called."""
    return {"high_means": highest, "low_means": " ".join(LESS.get(word, word) for word in highest.split())}


def _index(index: dict, direction: str, known: dict) -> dict:
    name = index["index_name"]
    definition = definition_of(name)
    return {
        "id": name, "kind": "index", "index": name, "domain": None, "title": index["title"], "question": index["question"],
        "is_headline": index["is_headline"],
        "unit": "score", "direction": direction, **_ends(definition.first_rank if definition else "the greatest"),
        "reads": definition.reads if definition else None, "first_rank": definition.first_rank if definition else None,
        "highest_tenth": definition.highest_tenth if definition else None,
        "must_say": _must_say(index["share_of_weight_shared_with_imd"] or 0, direction),
        "axes_first": bool(definition and definition.axes_first),
        "cautions": (index["cautions"] or "").splitlines(), "by_construction": by_construction(index["share_of_weight_shared_with_imd"] or 0),
        "n_ranked": index["n_ranked"], "n_versions": index["n_versions"], "licence": index["licence"],
        "n_known": known["index"].get(name, 0), "file": f"values/{name}", "sure": f"sure/{name}",
    }  # fmt: skip


def _must_say(shared_with_imd: float, direction: str) -> list[str]:
    """What is said of an index wherever it is shown: how much of it is the published one, and that high is bad."""
    return [said for said in (by_construction(shared_with_imd), HIGH_IS_BAD if direction == NEED else "") if said]


def _domain(index: dict, direction: str, inside: list[dict], known: dict, share: float | None, top: str) -> dict:
    """`share`: of the weights of all domains that count; None for one beside its index. `top`: what its highest scores are."""
    first = inside[0]
    key = f"{first['index_name']}.{first['domain']}"
    return {
        "id": key, "kind": "domain", "index": first["index_name"], "domain": first["domain"], "title": first["domain_title"],
        "unit": "score", "direction": direction, **_ends(top),
        "weight": share, "is_in_index": any(part["is_in_index"] for part in inside),
        "beside": not any(part["is_in_index"] for part in inside), "note": first["domain_reason"], "licence": index["licence"], "n_known": known["domain"].get(key, 0),
        "members": [part["member"] for part in inside], "file": f"values/{key}",
    }  # fmt: skip


def _indicator(row: dict, parts: list[dict], known: dict) -> dict:
    name = row["indicator"]
    parents = [part for part in parts if part["member"] == name]
    first = parents[0] if parents else {}
    return {
        "id": name, "kind": "indicator", "index": first.get("index_name"), "domain": first.get("domain"),
        "parents": [{"index": p["index_name"], "domain": p["domain"], "weight": p["member_weight"], "is_in_index": p["is_in_index"],
                     "left_out": p["left_out"]} for p in parents],
        "title": row["title"], "unit": row["unit"], "counted_in": row["counted_in"], "direction": row["direction"],
        **ENDS.get(row["direction"], {"high_means": None, "low_means": None}),
        "describes": row["period"], "sources": (row["sources"] or "").split(", "),
        "licence": row["licence"], "note": row["note"] or None, "is_modelled": row["is_modelled"], "in_imd_2025": row["in_imd_2025"],
        "share_within_authorities": row["share_within_authorities"],
        "n_known": known["indicator"].get(name, 0), "file": f"values/{name}",
    }  # fmt: skip


def _known(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    """In how many areas each index, domain and indicator is known."""
    count = lambda name, table, value: dict(connection.execute(f"select {name}, count({value}) from {table} group by 1").fetchall())  # noqa: E731  # fmt: skip
    return {
        "index": count("index_name", "index_score", "score"),
        "domain": count("index_name || '.' || domain", "domain_score", "score"),
        "indicator": count("indicator", "indicator_value", "value"),
    }


@cache
def definition_of(name: str) -> Index | None:
    """The definition of an index; None where it is none of today's."""
    path = DEFINITIONS / "indices" / f"{name}.yml"
    return read_index(path) if path.is_file() else None


def _domains_in_order(name: str, parts: list[dict]) -> list[str]:
    """The domains of an index as its definition lists them."""
    found = list(dict.fromkeys(part["domain"] for part in parts))
    definition = definition_of(name)
    order = {domain: i for i, domain in enumerate(definition.domains)} if definition else {}
    return sorted(found, key=lambda domain: (order.get(domain, len(order)), domain))


def _levels(connection: duckdb.DuckDBPyConnection, told: str) -> list[dict]:
    """The levels that the release knows, with what they are called there and, where they have outlines, their tiles."""
    called = dict(part.split(": ", 1) for part in told.split(", ") if ": " in part)
    words = dict(connection.execute("select code, label from label where list = 'level'").fetchall())
    there = {"area"} | {
        level for level in LEVELS
        if level != "area" and connection.execute(f"select 1 from neighbourhood where {level}_code is not null limit 1").fetchone()
    }  # fmt: skip
    return [
        {"id": level, "one": words.get(level, level), "several": several, "here": called.get(level), "tiles": tiles}
        for level, (several, tiles) in LEVELS.items()
        if level in there
    ]


def _scopes(connection: duckdb.DuckDBPyConnection) -> list[dict]:
    """The scopes that ranks are given in, and whether any score of an index has one there."""
    words = dict(connection.execute("select code, label from label where list = 'scope'").fetchall())
    scopes = ("nation", "region", "authority", "like_areas")
    counts = connection.execute(f"select index_name, {', '.join(f'count(rank_{s})' for s in scopes)} from index_score group by 1 order by 1").fetchall()  # fmt: skip
    return [
        {"id": scope, "label": words.get(scope, scope), "ranked": {row[0]: row[i] for row in counts}}
        for i, scope in enumerate(scopes, 1)
    ]


def _kinds(connection: duckdb.DuckDBPyConnection) -> list[dict]:
    named = {n: k for path in sorted(DEFINITIONS.glob("taxonomy*.yml"), reverse=True) for n, k in read_record(Taxonomy, path).kinds.items()}  # fmt: skip
    counts = dict(connection.execute("select k.kind, count(*) from place_kind as k join place using (place_id) where is_in_areas_asked group by 1").fetchall()) if holds(connection, "place_kind") else {}  # fmt: skip
    stock = {k for (k,) in connection.execute("select distinct kind from opportunity").fetchall()} if holds(connection, "opportunity") else set()  # fmt: skip
    columns = (
        "kind, title, kind_group as group, for_whom, subset_of, standards, is_shown, counts_for_reach, note, licence"
    )
    return [
        {**row, "several": named[row["kind"]].plural if row["kind"] in named else spaced(row["kind"]), "n_places": counts.get(row["kind"], 0), "has_candidates": row["kind"] in stock}
        for row in _rows(connection, f"select {columns} from kind order by kind")
    ]  # fmt: skip


def _labels(connection: duckdb.DuckDBPyConnection) -> dict[str, dict]:
    told: dict[str, dict] = {name: {} for name in LISTS}
    listed = ", ".join("?" for _ in LISTS)
    sql = f"select list, code, label, meaning from label where list in ({listed}) order by list, code"
    for name, code, label, meaning in connection.execute(sql, list(LISTS)).fetchall():
        told[name][code] = {"label": label, **({"meaning": meaning} if meaning else {})}
    return told


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict]:
    """The rows of a query as records that JSON holds; a text that is empty stays empty."""
    return [{name: _plain(value) for name, value in row.items()} for row in records(connection, sql)]


def _plain(value):
    return value if value is None or isinstance(value, (str, bool, int, float)) else orjson.loads(orjson.dumps(value))
