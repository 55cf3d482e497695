"""What changed of places in the areas asked: opened, closed, first listed, gone from their list; joined, parted, renamed, moved.

A place that is shown now and was not before has not opened, and one that is gone has not closed: the lists tell no more
than what they hold, and not whether a list calls a place something now that is not shown. Kinds that must carry no mark of change have none. A name is told only where every
list behind it, and its kind, may be shown today.
"""

from functools import cache

import duckdb

from geodata.records import read_record
from pipelines.register.register import DEFINITIONS
from pipelines.register.taxonomy import Taxonomy

# and what one of these was joined to or parted from, whose going or coming would mark it too
UNMARKED = """
    create table unmarked as
    with own as (
        select place_id from (from old_place union all from new_place) where len(list_intersect(string_split(coalesce(kinds, kind), ', '), $kinds)) > 0
    )
    from own union select was from regrouped where now in (from own) union select now from regrouped where was in (from own)"""
WAS, NOW = (
    f"create table {now}_place as from {side}_place where place_id not in (from unmarked)"
    for now, side in (("was", "old"), ("now", "new"))
)
# of every place of either release, what stood behind it, and whether that can be told today
BASIS = """
    create table basis as
    with record as (
        select place_id, source, 'old' as side from old_place_record union all select place_id, source, 'new' from new_place_record
        union all select place_id, name_source, 'old' from was_place where name_source in (select source from old_source) -- else a correction is
        union all select place_id, name_source, 'new' from now_place where name_source in (select source from new_source)
        union all select place_id, null, null from (select place_id from was_place union select place_id from now_place) -- none goes uncounted
    )
    select place_id,
        coalesce(list_sort(list(distinct r.source) filter (r.source is not null)), []) as sources,
        coalesce(bool_and(coalesce(n.publish, 'nothing') = 'rows') filter (side = 'old'), false)
            and place_id not in (select p.place_id from was_place as p join new_kind as k using (kind) where not k.is_shown) as is_tellable,
        place_id in (select p.place_id from was_place as p join new_kind as k using (kind) where not k.is_shown) as is_of_hidden_kind,
        bool_or(n.source is not null) as is_still_a_source,
        bool_or(coalesce(s.state, 'unavailable') != 'unavailable') as is_read_now,
        bool_or(o.source is not null and o.publish = 'rows' and coalesce(b.state, 'unavailable') != 'unavailable') as was_shown_before,
        bool_or(o.source is not null and o.publish != 'rows') as was_withheld_before
    from record as r left join new_source as n on n.source = r.source left join old_source as o on o.source = r.source
    left join new_snapshot as s on s.source = r.source left join old_snapshot as b on b.source = r.source
    group by place_id"""
RECORDS = """
    create table regrouped as
    select o.place_id as was, n.place_id as now from old_place_record as o join new_place_record as n using (source, source_id)
    where o.place_id != n.place_id group by all"""
# the newest day of which the last release holds a record of a list: what was first listed since was not there on it
LOOKED = "create table looked as select source, max(as_at) as day from old_place_record group by source"
TITLES = "(select string_agg(coalesce(t.title, u.source), '; ' order by u.source) from unnest(b.sources) as u (source) left join (from new_source union by name from old_source where source not in (select source from new_source)) as t on t.source = u.source)"
EVENT = """
    create table happened as
    select place_id, event, arg_max(evidence, (since, event_id)) as evidence, max(not_before) as not_before
    from new_place_event where event_id not in (select event_id from old_place_event) group by place_id, event"""
CAME = f"""
    insert into found by name
    select case when p.status = 'closed' then 'closed' when b.sources != [] and not b.was_shown_before then 'newly_shown'
            when f.place_id is not null then 'first_listed' when r.was is not null then 'parted' else 'listed' end as change,
        'place' as level, p.place_id as code, p.name, p.area_code, p.kind, case change when 'parted' then r.was else 'not in the last release' end as before, p.status as after,
        case change when 'closed' then 'evidence' when 'newly_shown' then if(b.was_withheld_before, 'licence', 'new_list') else 'list' end as why,
        case change when 'closed' then c.evidence when 'first_listed' then f.evidence when 'parted' then o.name else {TITLES} end as evidence
    from now_place as p join basis as b using (place_id)
    left join happened as c on c.place_id = p.place_id and c.event = 'closed'
    left join happened as f on f.place_id = p.place_id and f.event = 'first_listed'
        and f.not_before >= (select coalesce(max(day), '0001-01-01'::date) from looked where list_contains(b.sources, looked.source))
    left join (select now, min(was) as was from regrouped where was in (select place_id from now_place) group by now) as r on r.now = p.place_id
    left join now_place as o on o.place_id = r.was
    where p.is_in_areas_asked and p.place_id not in (select place_id from was_place) and p.area_code in (select area_code from old_neighbourhood)"""
GONE = f"""
    insert into found by name
    select case when r.now is not null then 'joined' when not b.is_tellable or not b.is_still_a_source or not b.is_read_now then 'no_longer_shown' else 'left_list' end as change,
        'place' as level, p.place_id as code, if(b.is_tellable, p.name, null) as name, if(b.is_tellable, p.area_code, null) as area_code, a.authority_code,
        if(b.is_tellable, p.kind, null) as kind, if(b.is_tellable, p.status, null) as before, if(change = 'joined', r.now, 'not in this release') as after,
        case when change in ('joined', 'left_list') then 'list' when b.is_of_hidden_kind or not b.is_still_a_source then 'definition' when not b.is_tellable then 'licence' else 'no_source' end as why,
        case when not b.is_tellable then null when change = 'joined' then n.name else {TITLES} end as evidence
    from was_place as p join basis as b using (place_id) join new_neighbourhood as a on a.area_code = p.area_code
    left join (select was, min(now) as now from regrouped where now in (select place_id from now_place) group by was) as r on r.was = p.place_id
    left join now_place as n on n.place_id = r.now
    where p.is_in_areas_asked and p.place_id not in (select place_id from now_place)"""
STAYED = """
    create table stayed as
    select o.place_id, n.name, n.kind, n.area_code, b.is_tellable, o.status as old_status, n.status as new_status,
        o.name as old_name, n.name as new_name, o.kinds as old_kinds, n.kinds as new_kinds, o.area_code as old_area, n.area_code as new_area
    from was_place as o join now_place as n using (place_id) join basis as b using (place_id)
    where o.is_in_areas_asked or n.is_in_areas_asked"""
STATUS = """
    insert into found by name
    select case new_status when 'open' then 'opened' when 'temporarily_closed' then 'closed_for_now' else new_status end as change,
        'place' as level, s.place_id as code, s.name, s.area_code, s.kind, old_status as before, new_status as after, 'evidence' as why, h.evidence
    from stayed as s left join happened as h on h.place_id = s.place_id and h.event = s.new_status
    where old_status is distinct from new_status"""
ALTERED = """
    insert into found by name
    select '{change}' as change, 'place' as level, place_id as code, name, s.area_code, coalesce(n.authority_code, o.authority_code) as authority_code, kind,
        if(is_tellable, old_{what}, null) as before, new_{what} as after, 'list' as why,
        if('{change}' = 'moved', coalesce(o.area_name, 'beyond the areas asked'), null) as evidence
    from stayed as s left join old_neighbourhood as o on o.area_code = old_area left join new_neighbourhood as n on n.area_code = new_area
    where old_{what} is distinct from new_{what}"""


@cache
def unmarked() -> tuple[str, ...]:
    """The kinds, of any taxonomy, that are shown without a mark of closing or change."""
    taxonomies = (read_record(Taxonomy, path) for path in sorted(DEFINITIONS.glob("taxonomy*.yml")))
    return tuple(sorted({kind for taxonomy in taxonomies for kind in taxonomy.no_markers}))


def find(scratch: duckdb.DuckDBPyConnection) -> None:
    """Adds to `found` what changed of places."""
    scratch.execute(RECORDS)
    scratch.execute(UNMARKED, {"kinds": list(unmarked())})
    for sql in (WAS, NOW, BASIS, LOOKED, EVENT, CAME, GONE, STAYED, STATUS):
        scratch.execute(sql)
    for change, what in (("renamed", "name"), ("kinds", "kinds"), ("moved", "area")):
        scratch.execute(ALTERED.format(change=change, what=what))
