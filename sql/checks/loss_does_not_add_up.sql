/* Who would lose a place is who has it: its row in place_loss holds the residents for whom neighbourhood_reach names it as the nearest, those who have no other within 15 minutes and those who have it there by neighbourhood_place, every place here that counts has a row, and its parts do not exceed it. */
with near as (
    select r.nearest_place_id as place_id, r.kind, sum(n.population) as residents, count(*) as n_areas
    from neighbourhood_reach as r join neighbourhood as n using (area_code)
    where r.nearest_place_id is not null
    group by all
),
within as (
    select w.place_id, w.kind, sum(n.population) as residents, sum(n.population) filter (r.n_within_15_min = 1) as residents_only
    from neighbourhood_place as w join neighbourhood as n using (area_code) join neighbourhood_reach as r using (area_code, kind)
    group by all
),
counted as (
    select k.place_id, k.kind, p.is_in_areas_asked, coalesce(near.residents, 0) as residents_nearest, coalesce(near.n_areas, 0) as n_areas_nearest,
        coalesce(within.residents, 0) as residents_within_15_min, coalesce(within.residents_only, 0) as residents_only
    from place_kind as k join place as p using (place_id) join kind on kind.kind = k.kind and kind.is_shown and kind.kind_group != 'site'
    left join near on near.place_id = k.place_id and near.kind = k.kind
    left join within on within.place_id = k.place_id and within.kind = k.kind
    where k.is_counted
)
select place_id, kind, l.coverage, l.residents_nearest, c.residents_nearest as has_it_nearest, l.residents_only, c.residents_only as has_no_other
from place_loss as l full join counted as c using (place_id, kind)
where c.place_id is null or (l.place_id is null and (c.is_in_areas_asked or c.residents_nearest + c.residents_within_15_min > 0))
    or l.place_id is not null and if(l.coverage = 'unknown', l.residents_nearest is not null or l.null_reason is null or c.residents_nearest > 0 or c.residents_within_15_min > 0,
        l.null_reason is not null or l.residents_nearest is distinct from c.residents_nearest or l.n_areas_nearest is distinct from c.n_areas_nearest
        or l.residents_only is distinct from c.residents_only or l.residents_within_15_min is distinct from c.residents_within_15_min
        or l.residents_nearest is distinct from l.residents_next_within_15_min + l.residents_next_beyond_15_min + l.residents_next_not_known
        or (l.extra_m is null) != (l.residents_next_within_15_min + l.residents_next_beyond_15_min = 0) or l.extra_m < 0
        or l.residents_nearest_highest_tenth > l.residents_nearest or l.residents_only_highest_tenth > l.residents_nearest_highest_tenth)
