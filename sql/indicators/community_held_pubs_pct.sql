/*
title: Pubs and bars within a 15-minute walk that a community owns or runs
unit: "% of pubs and bars within reach"
direction: higher_is_more_opportunity
grain: area
inputs: [national_reach]
kinds: [pub, community_held_pub]
counts: [pub or bar, pubs and bars]
null_reason: no_denominator
note: "held by a society of its name registered at its address, where a register of societies may be shown; clubs of their own members are among the pubs and not among these; null where no pub is within reach, or no register of owners may be shown"
*/
select
    area_code,
    case when bool_and(coverage != 'unknown')
        then 100.0 * max(n_within_15_min) filter (where kind = 'community_held_pub')
            / nullif(max(n_within_15_min) filter (where kind = 'pub'), 0)
    end as value,
    max(n_within_15_min) filter (where kind = 'community_held_pub') as n_counted,
    max(n_within_15_min) filter (where kind = 'pub') as n_of,
    case when bool_or(coverage = 'unknown') then 'unknown' when bool_or(coverage = 'partial') then 'partial' else 'observed' end as coverage,
    min(null_reason) as null_reason,
    if(bool_or(as_at is null and coverage != 'unknown'), null, min(as_at)) as as_at
from national_reach
group by area_code
