/*
title: How far ranks move between two weight sets, over all ranked areas
key: [index_name, weight_set_a, weight_set_b]
columns:
  index_name: name of the index
  weight_set_a: one set
  weight_set_b: the other
  n_areas: areas ranked by both
  rank_shift_mean: mean of the absolute differences of rank
  rank_shift_p95: the difference that 95 % of areas do not pass
  spearman: rank correlation, -1 to 1
  n_leaving_highest_tenth: areas in the highest-need tenth by the one and not by the other
  n_in_highest_tenth: areas in the highest-need tenth by the one
*/
select index_name, weight_set_a, weight_set_b, n_areas::integer as n_areas, rank_shift_mean, rank_shift_p95, spearman,
    n_leaving_highest_tenth::integer as n_leaving_highest_tenth, n_in_highest_tenth::integer as n_in_highest_tenth
from weight_set_shifts
order by index_name, weight_set_a, weight_set_b
