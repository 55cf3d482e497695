"""What changed of what a release is made of: sources, areas, indicators and indices, and so what cannot be compared."""

import duckdb

OF_METHOD = ("normalise", "treatment", "aggregate", "minimum_weight", "least_known", "withhold_above", "ties")
OF_INDICATOR = ("unit", "direction")
OF_MEMBER = ("domain_weight", "member_weight", "is_in_index", "normalise", "target_0", "target_100")
SOURCES = """
    insert into found by name
    select case when o.source is null then 'added' when n.source is null then 'removed' when o.state is distinct from n.state then 'state' else 'content' end as change,
        'source' as level, source as code, coalesce(nt.title, ot.title) as name,
        case change when 'state' then o.state when 'content' then 'n_rows' end as before,
        case change when 'state' then n.state when 'content' then 'n_rows' end as after,
        if(change = 'content', o.n_rows, null) as value_before, if(change = 'content', n.n_rows, null) as value_after, 'source' as why
    from old_snapshot as o full join new_snapshot as n using (source)
    left join old_source as ot using (source) left join new_source as nt using (source)
    where o.source is null or n.source is null or o.state is distinct from n.state or o.sha256 is distinct from n.sha256"""
AREAS = """
    insert into found by name
    select if(o.area_code is null, 'added', 'removed') as change, 'area' as level, area_code as code, area_code, 'geography' as why
    from old_neighbourhood as o full join new_neighbourhood as n using (area_code) where o.area_code is null or n.area_code is null"""
GEOGRAPHY = """
    select o.geography is not distinct from n.geography and o.area_code_means is not distinct from n.area_code_means as same_geography,
        o.definition_sha256 is not distinct from n.definition_sha256 as same_definitions, o.geography as before, n.geography as after
    from old_release as o, new_release as n"""
OTHER_GEOGRAPHY = """
    insert into found by name
    select 'not_compared' as change, 'release' as level, o.geography as code, o.geography as before, n.geography as after, 'geography' as why,
        o.area_code_means || '; now ' || n.area_code_means as evidence
    from old_release as o, new_release as n"""
OTHER_DEFINITION = """
    insert into found by name
    select 'definition' as change, 'release' as level, geography as code, 'definition' as why,
        'a definition that no table tells in full: words, weight sets, how often places are miscounted, or what areas are' as evidence
    from new_release"""


def _told(columns: tuple[str, ...], side: str) -> str:
    """What changed of these columns, as SQL that gives words for one side."""
    parts = [
        f"if(o.{c} is distinct from n.{c}, '{c} ' || coalesce({side}.{c}::varchar, 'none'), null)" for c in columns
    ]
    return f"array_to_string([{', '.join(parts)}], ', ')"


def _unlike(columns: tuple[str, ...]) -> str:
    return " or ".join(f"o.{c} is distinct from n.{c}" for c in columns)


INDICATORS = f"""
    insert into found by name
    select case when o.indicator is null then 'added' when n.indicator is null then 'removed' else 'not_compared' end as change,
        if(change != 'not_compared' or {_unlike(OF_INDICATOR)} or coalesce(o.definition_sha256 != n.definition_sha256, false), 'definition', 'source') as why,
        'indicator' as level, indicator as code, coalesce(n.title, o.title) as name, indicator,
        case when change != 'not_compared' then null when why = 'source' then o.sources else nullif({_told(OF_INDICATOR, "o")}, '') end as before,
        case when change != 'not_compared' then null when why = 'source' then n.sources else nullif({_told(OF_INDICATOR, "n")}, '') end as after
    from old_indicator as o full join new_indicator as n using (indicator)
    where o.indicator is null or n.indicator is null or {_unlike(OF_INDICATOR)} or o.sources is distinct from n.sources
        or o.definition_sha256 != n.definition_sha256"""  # a release from before the hash was told has none
METHODS = f"""
    insert into found by name
    select case when o.index_name is null then 'added' when n.index_name is null then 'removed' else 'definition' end as change,
        'index' as level, index_name as code, coalesce(n.title, o.title) as name, index_name,
        if(change = 'definition', {_told(OF_METHOD, "o")}, null) as before, if(change = 'definition', {_told(OF_METHOD, "n")}, null) as after, 'definition' as why
    from old_index_method as o full join new_index_method as n using (index_name)
    where o.index_name is null or n.index_name is null or {_unlike(OF_METHOD)}"""
MEMBERS = f"""
    insert into found by name
    select 'definition' as change, 'index' as level, index_name as code, coalesce(nm.title, om.title) as name, index_name, member as indicator,
        if(o.member is null, 'no member', coalesce(nullif({_told(OF_MEMBER, "o")}, ''), '')) as before,
        if(n.member is null, 'no member', coalesce(nullif({_told(OF_MEMBER, "n")}, ''), '')) as after, 'definition' as why, domain as evidence
    from old_index_member as o full join new_index_member as n using (index_name, domain, member)
    join old_index_method as om using (index_name) join new_index_method as nm using (index_name)
    where o.member is null or n.member is null or {_unlike(OF_MEMBER)}"""


def find(scratch: duckdb.DuckDBPyConnection) -> bool:
    """Adds to `found` what changed of sources, areas and definitions, and makes three small tables that the rest rests on:
    `redefined` (index_name), `unlike` (indicator) and `behind` (index_name, indicator). False where the two releases are
    of other geographies, so that nothing else can be compared."""
    scratch.execute(SOURCES)
    row = scratch.execute(GEOGRAPHY).fetchone()
    if row is None:
        raise ValueError("no row in table release")
    same_geography, same_definitions, *_ = row
    if not same_geography:
        scratch.execute(OTHER_GEOGRAPHY)
        return False
    for sql in (AREAS, INDICATORS, METHODS, MEMBERS):
        scratch.execute(sql)
    told = scratch.execute(
        "select 1 from found where level in ('indicator', 'index') and why = 'definition'"
    ).fetchone()
    is_untold = not same_definitions and not told
    if is_untold:
        scratch.execute(OTHER_DEFINITION)
    _rests(scratch)
    if is_untold:  # which index rests on it is not known: no rank is then said to have moved by data
        scratch.execute("insert into redefined select index_name from new_index_method where index_name not in (from redefined)")  # fmt: skip
    return True


def _rests(scratch: duckdb.DuckDBPyConnection) -> None:
    scratch.execute("create table unlike as select code as indicator from found where level = 'indicator' and change = 'not_compared'")  # fmt: skip
    # an index may read another index: every indicator behind it, and every index that one defined otherwise stands behind
    scratch.execute("""
        create table behind as
        with recursive road (index_name, member) as (
            select index_name, member from new_index_member where is_in_index
            union
            select road.index_name, m.member from road join new_index_member as m on m.index_name = road.member where m.is_in_index
        )
        select index_name, member as indicator from road""")
    scratch.execute("""
        create table redefined as
        with direct as (
            select index_name from found where level = 'index'
            union select behind.index_name from behind join found on found.level = 'indicator' and found.why = 'definition' and found.code = behind.indicator
        )
        select index_name from direct
        union select index_name from behind where indicator in (select index_name from direct)""")
