/*
title: Libraries within a 15-minute walk that a community runs
unit: "% of libraries within reach"
direction: higher_is_more_opportunity
grain: area
inputs: [national_reach]
kinds: [library, community_run_library]
counts: [library, libraries]
null_reason: no_denominator
note: "community-run (CR) and independent community (ICL) libraries of the national list; run by, not owned by; null where no library is within reach"
*/
select
    area_code,
    case when bool_and(coverage != 'unknown')
        then 100.0 * max(n_within_15_min) filter (where kind = 'community_run_library')
            / nullif(max(n_within_15_min) filter (where kind = 'library'), 0)
    end as value,
    max(n_within_15_min) filter (where kind = 'community_run_library') as n_counted,
    max(n_within_15_min) filter (where kind = 'library') as n_of,
    case when bool_or(coverage = 'unknown') then 'unknown' when bool_or(coverage = 'partial') then 'partial' else 'observed' end as coverage,
    min(null_reason) as null_reason,
    if(bool_or(as_at is null and coverage != 'unknown'), null, min(as_at)) as as_at
from national_reach
group by area_code
