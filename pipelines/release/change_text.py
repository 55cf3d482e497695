"""Table `change` in words: what changed in short, by authority, what was defined otherwise and what is not compared.

A list that is cut says how many more there are, and that the table holds them. Each function reads `change` from the
connection it is given: of a release, or of a table registered under that name.
"""

from collections.abc import Iterator, Mapping

import duckdb

from pipelines.core.plain_text import told as within
from pipelines.core.query import holds, records
from pipelines.register.labels import label, meaning, spaced

SHOWN = 10  # of one change in one authority
NAME = 80  # letters of a name; what is longer ends in dots
FEW = 5  # areas of one index or indicator in one authority
NOBODY = "Of no one authority"
SECTIONS = ("Areas", "Places", "Highest tenth", "Labels", "Ranks", "Values", "Coverage")
_OF_AREAS = {"entered_highest_tenth": "Highest tenth", "left_highest_tenth": "Highest tenth", "label": "Labels", "rank": "Ranks", "scope": "Ranks", "value": "Values", "coverage": "Coverage"}  # fmt: skip
TITLES = {"index_method": "index_name", "indicator": "indicator", "kind": "kind"}
CUT = """
    with shown as (
        select row, count(*) over part as n, row_number() over (part order by abs(value_after - value_before) desc nulls last, row) as nth
        from change where level in ('area', 'authority', 'place')
        window part as (partition by authority_code, level, change, index_name, indicator)
        qualify nth <= $shown
    )
    select change.*, n, nth from shown join change using (row) order by authority_name, authority_code, row"""
WHY = """
    select authority_code, index_name, why, count(*) as n from change where level = 'area' and change = 'rank'
    group by all order by authority_code, index_name, n desc, why"""

Row = dict
ByAuthority = dict[str, dict[str, list[str]]]


def titles(*connections: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """What indices, indicators and kinds of place are called, by their names in these releases; the last goes first."""
    found: dict[str, str] = {}
    for connection in connections:
        for table, name in TITLES.items():
            if holds(connection, table):
                found |= connection.execute(f"select {name}::varchar, title::varchar from {table} where title is not null").fetchall()  # fmt: skip
    return found


def definitions(connection: duckdb.DuckDBPyConnection, names: Mapping[str, str]) -> list[str]:
    """What of indices and indicators is new, gone or defined otherwise, a sentence each."""
    told = []
    for row in records(
        connection,
        "select * from change where level in ('index', 'indicator') and change != 'not_compared' order by row",
    ):
        thing = f"{label('change_level', row['level'])} {_called(names, row['code'], row['name'])}"
        if row["change"] != "definition":
            told.append(f"{thing}: {label('change', row['change'])}")
        elif row["indicator"]:
            told.append(
                f"{thing}: {_called(names, row['indicator'])} in {spaced(row['evidence'])}: {row['before']}; now {row['after']}"
            )
        else:
            told.append(f"{thing}: {row['before']}; now {row['after']}")
    return told


def not_compared(connection: duckdb.DuckDBPyConnection, names: Mapping[str, str]) -> list[str]:
    """What may not be compared across the two releases, and why, a sentence each."""
    told = []
    for row in records(
        connection,
        "select * from change where change = 'not_compared' or (level = 'release' and change = 'definition') order by row",
    ):
        if row["level"] == "release" and row["change"] == "not_compared":
            told.append(f"Nothing but sources: the areas are not the same ({row['evidence']}).")
        elif row["level"] == "release":
            told.append(f"What rests on {row['evidence']}: its definition changed.")
        else:
            how = f": {row['before']}; now {row['after']}" if row["before"] or row["after"] else ""
            told.append(
                f"Values of {_called(names, row['code'], row['name'])}: {label('change_why', row['why'])} changed{how}."
            )
    for row in records(
        connection,
        "select distinct index_name from change where why = 'definition' and index_name is not null and level != 'index' order by all",
    ):
        told.append(
            f"{_called(names, row['index_name'])}: a definition behind it changed. That an area has another rank, or is in the highest tenth or not, tells nothing of the area."
        )
    return told


def in_short(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """How many of what changed, and what the word for it means, a sentence each."""
    sql = "select level, change, count(*) as n, count(distinct coalesce(area_code, code)) as n_areas from change group by all order by level, change"
    told = []
    for row in records(connection, sql):
        word, means = label("change", row["change"]), meaning("change", row["change"])
        of = f", in {row['n_areas']:,} areas" if row["level"] == "area" and row["n_areas"] != row["n"] else ""
        told.append(
            f"{label('change_level', row['level'])}, {word}: {row['n']:,}{of}"
            + (f" ({means})" if means != word else "")
        )
    return told


def by_authority(connection: duckdb.DuckDBPyConnection, names: Mapping[str, str]) -> ByAuthority:
    """By authority and section, what changed there, a sentence each; every list that is cut says so."""
    whys: dict[tuple, list[str]] = {}
    for row in records(connection, WHY):
        whys.setdefault((row["authority_code"], row["index_name"]), []).append(
            f"{row['n']:,} by {label('change_why', row['why'])}"
        )
    told: ByAuthority = {}
    for group in _groups(records(connection, CUT, {"shown": SHOWN})):
        first = group[0]
        authority = f"{first['authority_name']} ({first['authority_code']})" if first["authority_code"] else NOBODY
        sections = told.setdefault(authority, {section: [] for section in SECTIONS})
        section = "Places" if first["level"] == "place" else _OF_AREAS.get(first["change"], "Areas")
        sections[section] += _lines(group, names, whys.get((first["authority_code"], first["index_name"]), []))
    return {
        authority: {name: lines for name, lines in sections.items() if lines} for authority, sections in told.items()
    }


def _groups(rows: list[Row]) -> Iterator[list[Row]]:
    kept: dict[tuple, list[Row]] = {}
    for row in rows:
        kept.setdefault(
            tuple(row[k] for k in ("authority_code", "level", "change", "index_name", "indicator")), []
        ).append(row)
    for group in kept.values():
        yield sorted(group, key=lambda row: row["nth"])


def _lines(group: list[Row], names: Mapping[str, str], whys: list[str]) -> list[str]:
    """One line per place, label or area of the highest tenth; one for all areas of an index or indicator."""
    first, word = group[0], label("change", group[0]["change"])
    more = lambda shown: [f"and {first['n'] - shown:,} more: table change"] if first["n"] > shown else []  # noqa: E731
    if first["level"] == "place":
        return [*(f"{word}: {_place(row, names)}" for row in group), *(f"{word}: {cut}" for cut in more(len(group)))]
    if first["level"] == "authority":
        return [f"as a whole, by average score: {_called(names, row['index_name'])} from rank {row['before']} to {row['after']} in {label('scope', row['scope'])}, by {label('change_why', row['why'])}" for row in group]  # fmt: skip
    of = first["index_name"] or first["indicator"]
    if of is None or _OF_AREAS[first["change"]] == "Highest tenth":
        of = f"{_called(names, of)}: " if of else ""
        return [
            *(f"{of}{word}: {_area(row)}{_moved(row)}" for row in group),
            *(f"{of}{word}: {cut}" for cut in more(len(group))),
        ]
    listed = "; ".join([*(f"{_area(row)}{_moved(row)}" for row in group[:FEW]), *more(min(len(group), FEW))])
    by = f" ({', '.join(whys)})" if first["change"] == "rank" else ""
    where = f" in {label('scope', first['scope'])}" if first["change"] == "rank" else ""
    areas = "1 area" if first["n"] == 1 else f"{first['n']:,} areas"
    return [f"{_called(names, of)}: {word}{where} in {areas}{by}: {listed}"]


def _place(row: Row, names: Mapping[str, str]) -> str:
    name = within(row["name"] or ("without a name" if row["area_code"] else "a name that may not be shown"), NAME)
    kind = f"{_kinds(row['kind'], names)}, " if row["kind"] else ""
    where = f" in {_area(row)}" if row["area_code"] else ""
    before, after, evidence = (within(row[k] or "not told", NAME) for k in ("before", "after", "evidence"))
    told = {
        "renamed": f", before {before}",
        "moved": f", before in {evidence} ({before})",
        "kinds": f", before {_kinds(row['before'], names)}, now {_kinds(row['after'], names)}",
        "joined": f": {evidence} ({after})",
        "parted": f": {evidence} ({before})",
    }
    said = f": {within(row['evidence'], 2 * NAME)}" if row["evidence"] else ""
    return f"{name} ({kind}{row['code']}){where}{told.get(row['change'], said)}"


def _kinds(kinds: str | None, names: Mapping[str, str]) -> str:
    return " and ".join(names.get(kind, spaced(kind)) for kind in kinds.split(", ")) if kinds else "not told"


def _area(row: Row) -> str:
    name, around = row["area_name"] or row["area_code"], row["msoa_name"] or row["ward_name"]
    return f"{within(name, NAME)}{f', {within(around, NAME)}' if around else ''} ({row['area_code']})"


def _moved(row: Row) -> str:
    if row["change"] in ("added", "removed"):
        return ""
    by = "" if row["change"] in ("value", "coverage") else f", by {label('change_why', row['why'])}"
    return f" from {_shown(row, 'before')} to {_shown(row, 'after')}{by}" + (
        f" ({row['evidence']})" if row["evidence"] else ""
    )


def _shown(row: Row, side: str) -> str:
    """A number with few decimals, a code by its label."""
    value, code = row[f"value_{side}"], row[side]
    if value is not None:
        return f"{value:,.4g}" if row["change"] == "value" and abs(value) < 1000 else f"{value:,.0f}"
    if code is None:
        return "not known" if row["change"] in ("value", "coverage") else "none"
    if row["change"] == "label":
        return label("typology", code)
    return spaced(code)


def _called(names: Mapping[str, str], code: str, name: str | None = None) -> str:
    title = name or names.get(code)
    return f"{title} ({code})" if title else code
