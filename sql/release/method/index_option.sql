/*
title: What each option of method does to the ranks when it alone is taken - one row per index, choice, option and nation or region
key: [index_name, choice, option, scope, scope_code]
columns:
  index_name: name of the index
  choice: what is chosen (see table method.index_sensitivity)
  option: what is taken in place of what is published
  scope: {description: nation or region, term: scope}
  scope_code: its code
  n_areas: areas that the option gives a rank in this run, whatever was asked
  rank_shift_mean: {description: "how far ranks move from those published, on average, all else as published", unit: ranks}
  rank_change_mean: {description: "the same with its sign; above 0 is further from the first", unit: ranks}
*/
select index_name, choice, option, scope, scope_code, n_areas::integer as n_areas, rank_shift_mean, rank_change_mean
from index_options
order by index_name, choice, option, scope, scope_code
