/*
title: Skate parks and outdoor spaces for culture within a 15-minute walk
unit: spaces
direction: higher_is_less_need
grain: area
inputs: [reach]
kinds: [skate_park, outdoor_space]
null_reason: no_denominator
note: "parks and open greens are not read yet, so this is a small part of the spaces there are"
*/
select
    area_code,
    case when bool_and(coverage != 'unknown') then sum(n_within_15_min) end as value,
    case when bool_or(coverage = 'unknown') then 'unknown' when bool_or(coverage = 'partial') then 'partial' else 'observed' end as coverage,
    min(null_reason) as null_reason,
    if(bool_or(as_at is null and coverage != 'unknown'), null, min(as_at)) as as_at
from reach
group by area_code
