/* A count within reach equals its rows in neighbourhood_place, for kinds that are shown one by one. */
with counted as (
    select area_code, 'public_brownfield_site' as kind, value from indicator_value
    where indicator = 'public_brownfield_sites_within_15_min' and value is not null
),
listed as (
    select area_code, kind, count(*) as n from neighbourhood_place group by area_code, kind
)
select c.area_code, c.kind, c.value, coalesce(l.n, 0) as n_listed
from counted as c
left join listed as l using (area_code, kind)
where c.value != coalesce(l.n, 0)
