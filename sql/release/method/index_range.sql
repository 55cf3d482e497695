/*
title: How wide the ranges of ranks are, and how often they do not hold the published rank - one row per index and nation or region
key: [index_name, scope, scope_code]
columns:
  index_name: name of the index
  scope: {description: nation or region, term: scope}
  scope_code: its code
  scope_name: its name
  n_ranked: "areas that have a rank and a range in this run, whatever was asked"
  n_outside: of these, areas whose published rank lies outside their own range, from the 5 % to the 95 % point of the versions of the method
  width_median: {description: "median width of the ranges, each in the scope in which the area is ranked", unit: ranks}
  median_change_mean: {description: "how far the median of the versions lies from the published rank, on average; above 0 is further from the first", unit: ranks}
*/
with named as (
    select distinct 'nation' as scope, nation_code as scope_code, nation_name as scope_name from areas
    union all
    select distinct 'region', region_code, region_name from areas
)
select index_name, scope, scope_code, scope_name, n_ranked::integer as n_ranked, n_outside::integer as n_outside, width_median, median_change_mean
from index_ranges
left join named using (scope, scope_code)
order by index_name, scope, scope_code
