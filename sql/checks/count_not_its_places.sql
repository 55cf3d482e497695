/* A count within reach equals its rows in neighbourhood_place, for every kind that is shown, and nothing is listed where nobody looked, or of a kind that is not shown. */
with listed as (
    -- minutes are told to a tenth: a place told at 10.0 may stand a few metres beyond
    select area_code, kind, count(*) as n_15, count(*) filter (where minutes < 10) as n_10, count(*) filter (where minutes <= 10) as n_10_told
    from neighbourhood_place
    group by area_code, kind
)
select area_code, kind, r.n_within_15_min, coalesce(l.n_15, 0) as n_listed
from neighbourhood_reach as r
full join listed as l using (area_code, kind)
left join kind as k using (kind)
where if(coalesce(k.is_shown, true), coalesce(r.n_within_15_min, 0) != coalesce(l.n_15, 0) 
    or coalesce(r.n_within_10_min, 0) not between coalesce(l.n_10, 0) and coalesce(l.n_10_told, 0),
    l.n_15 is not null or r.nearest_m is not null)
