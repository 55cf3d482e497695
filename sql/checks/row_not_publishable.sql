/* No row of a source whose licence clears aggregates only, or nothing, stands in a table of rows, nor does its name. */
select r.source, r.source_id
from place_record as r
join source as s using (source)
where s.publish != 'rows'
union all
select s.source, p.place_id
from place as p
join source as s on s.source in (p.name_source, p.point_source)
where s.publish != 'rows'
union all
select s.source, c.place_id
from correction as c
join source as s using (source)
where s.publish != 'rows' and (c.source_value is not null or (c.value is not null and c.place_id not in (select place_id from place)))
union all
select s.source, k.place_id
from place_kind as k
join source as s on list_contains(string_split(k.sources, ', '), s.source)
where s.publish != 'rows'
union all
select s.source, i."column"
from issue as i
join source as s using (source)
where s.publish != 'rows' and i.value is not null
