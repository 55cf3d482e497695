"""What changed in areas: values, coverage, ranks with the reason they moved, the highest tenth, labels."""

import duckdb

# beyond what the order of adding up may leave
OTHER = "abs(o.value - n.value) > 1e-9 * greatest(abs(o.value), abs(n.value))"
VALUES = f"""
    create table moved as
    select area_code, indicator, o.value as value_before, n.value as value_after, o.coverage is distinct from n.coverage or (o.value is null) != (n.value is null) as is_coverage,
        coalesce(o.null_reason, o.coverage) as before, coalesce(n.null_reason, n.coverage) as after
    from old_indicator_value as o join new_indicator_value as n using (area_code, indicator)
    where {OTHER} or coalesce(o.null_reason, o.coverage) is distinct from coalesce(n.null_reason, n.coverage) or (o.value is null) != (n.value is null)"""
VALUE_ROWS = """
    insert into found by name
    select if(is_coverage or value_before is null, 'coverage', 'value') as change, 'area' as level, area_code as code, area_code, indicator,
        if(change = 'value', value_before::varchar, before) as before, if(change = 'value', value_after::varchar, after) as after,
        if(change = 'value', value_before, null) as value_before, if(change = 'value', value_after, null) as value_after,
        if(change = 'value', 'this_area', 'coverage') as why
    from moved where indicator not in (from unlike)"""
SCORES = """
    create table score as
    with pair as (
        select area_code, index_name, o.spread_scope as old_scope, n.spread_scope as new_scope,
            case o.spread_scope when 'nation' then o.rank_nation when 'region' then o.rank_region when 'authority' then o.rank_authority end as old_rank,
            case n.spread_scope when 'nation' then n.rank_nation when 'region' then n.rank_region when 'authority' then n.rank_authority end as new_rank,
            coalesce(abs(o.weight_observed - n.weight_observed) > 1e-9, false) as is_coverage
        from old_index_score as o join new_index_score as n using (area_code, index_name)
    ),
    own as (
        select index_name, area_code, bool_or(not is_coverage) as is_value
        from behind join moved using (indicator) where indicator not in (from unlike) group by all
    )
    select pair.*,
        case when index_name in (from redefined) then 'definition'
            when index_name in (select index_name from behind where indicator in (from unlike)) then 'source'
            when is_coverage or old_scope is distinct from new_scope then 'coverage'
            when own.is_value then 'this_area' when own.area_code is not null then 'coverage' else 'other_areas' end as why
    from pair left join own using (index_name, area_code)"""
RANK_ROWS = """
    insert into found by name
    select if(old_scope is distinct from new_scope, 'scope', 'rank') as change, 'area' as level, area_code as code, area_code, index_name,
        if(change = 'rank', new_scope, null) as scope, if(change = 'rank', old_rank::varchar, coalesce(old_scope, 'none')) as before,
        if(change = 'rank', new_rank::varchar, coalesce(new_scope, 'none')) as after,
        if(change = 'rank', old_rank, null) as value_before, if(change = 'rank', new_rank, null) as value_after, why
    from score where old_scope is distinct from new_scope or old_rank is distinct from new_rank"""
TENTH_ROWS = """
    insert into found by name
    with was as (select distinct area_code, index_name from old_highest_tenth_change),
    now as (select distinct area_code, index_name from new_highest_tenth_change)
    select if(was.area_code is null, 'entered_highest_tenth', 'left_highest_tenth') as change, 'area' as level, area_code as code, area_code, index_name,
        coalesce(new_scope, old_scope) as scope, old_rank::varchar as before, new_rank::varchar as after, old_rank as value_before, new_rank as value_after, why
    from was full join now using (area_code, index_name) join score using (area_code, index_name)
    where was.area_code is null or now.area_code is null"""
AXES = ("need", "stock", "signs", "capacity")
_AXIS = ", ".join(
    f"if(o.{a} is distinct from n.{a}, '{a}: ' || coalesce(o.{a}, 'none') || ' to ' || coalesce(n.{a}, 'none'), null)"
    for a in AXES
)
_KNOWN = " or ".join(f"(o.{a} = 'unknown') is distinct from (n.{a} = 'unknown')" for a in AXES)
LABEL_ROWS = f"""
    insert into found by name
    select 'label' as change, 'area' as level, area_code as code, area_code, o.label as before, n.label as after,
        case when exists (from redefined) then 'definition' when {_KNOWN} then 'coverage'
            when area_code in (select area_code from moved) then 'this_area' else 'other_areas' end as why,
        nullif(array_to_string([{_AXIS}], '; '), '') as evidence
    from old_typology as o join new_typology as n using (area_code) where o.label is distinct from n.label"""
AUTHORITY_ROWS = """
    insert into found by name
    with own as (
        select index_name, authority_code, bool_or(not is_coverage) as is_value
        from behind join moved using (indicator) join new_neighbourhood using (area_code) where indicator not in (from unlike) group by all
    ),
    pair as (
        select code, index_name, coalesce(n.name, o.name) as name, o.ranked_in as old_scope, n.ranked_in as new_scope,
            o.rank_by_average_score as old_rank, n.rank_by_average_score as new_rank
        from (from old_area_roll_up where level = 'authority') as o
        full join (from new_area_roll_up where level = 'authority') as n using (code, index_name)
        -- an index that is new or gone has a row of its own
        where index_name in (select index_name from old_index_method) and index_name in (select index_name from new_index_method)
    )
    select if(old_scope is distinct from new_scope, 'scope', 'rank') as change, 'authority' as level, code, name, code as authority_code, pair.index_name,
        if(change = 'rank', new_scope, null) as scope, if(change = 'rank', old_rank::varchar, coalesce(old_scope, 'none')) as before,
        if(change = 'rank', new_rank::varchar, coalesce(new_scope, 'none')) as after,
        if(change = 'rank', old_rank, null) as value_before, if(change = 'rank', new_rank, null) as value_after,
        case when pair.index_name in (from redefined) then 'definition'
            when pair.index_name in (select index_name from behind where indicator in (from unlike)) then 'source' when change = 'scope' then 'coverage'
            when own.is_value then 'this_area' when own.authority_code is not null then 'coverage' else 'other_areas' end as why
    from pair left join own on own.authority_code = code and own.index_name = pair.index_name
    where old_scope is distinct from new_scope or old_rank is distinct from new_rank"""


def find(scratch: duckdb.DuckDBPyConnection) -> None:
    """Adds to `found` what changed in areas that both releases have."""
    for sql in (VALUES, VALUE_ROWS, SCORES, RANK_ROWS, TENTH_ROWS, LABEL_ROWS, AUTHORITY_ROWS):
        scratch.execute(sql)
