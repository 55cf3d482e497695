/* A larger area has the small areas and residents that the areas of the release add up to, where it lies in them whole, and never
fewer; it stands once among those of its level. */
with weighed as (
    select *, coalesce(population_mid_year, population) as residents from neighbourhood
),
held as (
    select 'msoa' as level, msoa_code as code, count(*) as n_areas, sum(residents) as residents from weighed group by all
    union all
    select 'ward', ward_code, count(*), sum(residents) from weighed group by all
    union all
    select 'authority', authority_code, count(*), sum(residents) from weighed group by all
    union all
    select 'region', region_code, count(*), sum(residents) from weighed group by all
)
select r.level, r.code, r.index_name, r.n_areas, r.residents, h.n_areas as n_areas_held, h.residents as residents_held
from area_roll_up as r left join held as h using (level, code)
where h.code is null or r.n_areas < h.n_areas or r.n_areas_scored > r.n_areas
    or (r.n_areas = h.n_areas and r.residents != h.residents) or r.residents < h.residents
    or r.rank_by_average_score not between 1 and r.n_of_level
