/*
title: Community sports clubs within a 15-minute walk
unit: places
direction: higher_is_less_need
grain: area
inputs: [national_reach]
kinds: [sports_club]
null_reason: no_denominator
note: "Straight line lengthened by {detour} stands for the walk, to places on lists that cover the nation; the origin is the one named in neighbourhood.origin_kind; a club stands at its registered postcode"
*/
select area_code, case when coverage != 'unknown' then n_within_15_min end as value, coverage, null_reason, as_at
from national_reach
