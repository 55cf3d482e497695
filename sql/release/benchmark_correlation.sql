/*
title: How each index goes with the Index of Multiple Deprivation 2025 and its domains, over the nation and each region
key: [index_name, scope, compared_with]
inputs: [mhclg_iod_2025]
columns:
  index_name: index that is compared
  scope: {description: the nation or one region; only areas that have a score in this run, term: scope}
  compared_with: the published index or domain
  n_areas: number of areas compared
  spearman: rank correlation, -1 to 1; positive where a higher score goes with more deprivation
*/
with pairs as (
    select s.index_name, a.nation_name, a.region_name, s.score, i.*
    from mhclg_iod_2025 as i
    join index_scores as s on s.area_code = i.lsoa21_code
    join areas as a on a.area_code = i.lsoa21_code
    where s.score is not null
),
long as (
    unpivot (
        select index_name, nation_name, region_name, score, imd_rank, income_rank, employment_rank, education_rank, health_rank,
            crime_rank, barriers_rank, living_environment_rank
        from pairs
    ) on columns('_rank$') into name compared_with value published_rank
),
scoped as (
    select nation_name as scope, * from long
    union all by name
    select region_name as scope, * from long
),
ranked as (
    select
        index_name, scope, compared_with, rank() over (partition by index_name, scope, compared_with order by published_rank) as theirs,
        rank() over (partition by index_name, scope, compared_with order by score desc) as ours
    from scoped
)
select index_name, scope, replace(compared_with, '_rank', '') as compared_with, count(*)::integer as n_areas, round(corr(theirs, ours), 6) as spearman
from ranked
group by index_name, scope, compared_with
having count(*) > 2
order by index_name, scope, compared_with
