/*
title: Council buildings and sites within a 15-minute walk that are vacant, surplus or to be transferred
unit: buildings and sites
direction: higher_is_more_opportunity
grain: area
inputs: [reach]
kinds: [offered_council_building, offered_council_land]
null_reason: no_denominator
note: "by each council's own register of land and buildings, fit for a community's use by what they are called; null where no register was read, or most of what it calls vacant has no address by which it can be placed"
*/
select
    area_code,
    case when bool_and(coverage != 'unknown') then sum(n_within_15_min) end as value,
    case when bool_or(coverage = 'unknown') then 'unknown' when bool_or(coverage = 'partial') then 'partial' else 'observed' end as coverage,
    min(null_reason) as null_reason,
    if(bool_or(as_at is null and coverage != 'unknown'), null, min(as_at)) as as_at
from reach
group by area_code
