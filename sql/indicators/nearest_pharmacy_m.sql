/*
title: Walk to the nearest pharmacy, capped at {cap_m} m
unit: m
direction: higher_is_more_need
grain: area
inputs: [national_reach]
kinds: [pharmacy]
null_reason: no_denominator
note: "Straight line lengthened by {detour} stands for the walk, to places on lists that cover the nation; the origin is the one named in neighbourhood.origin_kind"
*/
select
    area_code,
    case when coverage != 'unknown' then coalesce(nearest_m, cap_m) end as value,  -- unknown is not far
    coverage,
    null_reason,
    as_at
from national_reach
