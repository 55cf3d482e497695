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
  n_authorities: authorities of the scope in which ten areas or more can be compared
  spearman_within_authorities: "mean of the rank correlations within each of those authorities; what goes together because both follow town and country, or centre and edge, does not show in it; null where there is none"
*/
with pairs as (
    select s.index_name, a.nation_name, a.region_name, a.authority_code, s.score, i.*
    from mhclg_iod_2025 as i
    join index_scores as s on s.area_code = i.lsoa21_code
    join areas as a on a.area_code = i.lsoa21_code
    where s.score is not null
),
long as (
    unpivot (
        select index_name, nation_name, region_name, authority_code, score, imd_rank, income_rank, employment_rank, education_rank, health_rank,
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
        index_name, scope, compared_with, authority_code,
        rank() over (partition by index_name, scope, compared_with order by published_rank) as theirs,
        rank() over (partition by index_name, scope, compared_with order by score desc) as ours,
        rank() over (partition by index_name, scope, compared_with, authority_code order by published_rank) as theirs_within,
        rank() over (partition by index_name, scope, compared_with, authority_code order by score desc) as ours_within
    from scoped
),
authorities as (
    select index_name, scope, compared_with, corr(theirs_within, ours_within) as spearman
    from ranked
    group by index_name, scope, compared_with, authority_code
    having count(*) >= 10
),
within as (
    select index_name, scope, compared_with, count(*) as n, avg(spearman order by spearman) as spearman
    from authorities
    where not isnan(spearman)  -- where one of the two is the same everywhere there is nothing to compare
    group by index_name, scope, compared_with
),
whole as (
    select index_name, scope, compared_with, count(*) as n_areas, corr(theirs, ours) as spearman
    from ranked
    group by index_name, scope, compared_with
    having count(*) > 2
)
select
    index_name, scope, replace(compared_with, '_rank', '') as compared_with, n_areas::integer as n_areas, round(whole.spearman, 6) as spearman,
    coalesce(within.n, 0)::integer as n_authorities, round(within.spearman, 6) as spearman_within_authorities
from whole
left join within using (index_name, scope, compared_with)
order by index_name, scope, compared_with
