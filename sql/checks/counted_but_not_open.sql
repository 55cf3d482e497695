/* Only open places (a site may be somewhere that closed) of a kind that is public, fixed and counted are counted: no closed, mobile, prison or archive library. */
select k.place_id, k.kind, k.status
from place_kind as k
join kind as d using (kind)
where k.is_counted and ((k.status != 'open' and d.kind_group != 'site') or not d.counts_for_reach or not d.is_public or not d.is_fixed)
union all
select n.place_id, n.kind, 'counted within reach, and not counted as that kind'
from neighbourhood_place as n
left join place_kind as k using (place_id, kind)
where k.is_counted is not true
