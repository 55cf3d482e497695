/*
title: Pubs within a 15-minute walk
unit: pubs
direction: higher_is_less_need
grain: area
inputs: [reach]
sources: [gla_pubs_2022]
null_reason: no_denominator
note: "Straight line lengthened by 1.3 stands for the walk; the origin is the one named in neighbourhood.origin_kind"
*/
select area_code, n_within_15_min as value, coverage, null_reason, as_at
from reach
where kind = 'pub'
