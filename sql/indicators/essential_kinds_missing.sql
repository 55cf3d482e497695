/*
title: Everyday kinds of place beyond 15 minutes (community centre, library, pub or bar, school; in the country 30)
unit: kinds
direction: higher_is_more_need
grain: area
inputs: [reach]
kinds: [community_centre, library, pub, school]
null_reason: no_denominator
note: "an absolute standard, not a rank; 15 minutes in urban areas, 30 in rural ones; a borderline gap is not counted"
*/
-- Null unless every kind was looked for and its gap can be told: near the edge of a list, what is missing may lie beyond it.
select
    area_code,
    case when bool_and(coverage != 'unknown' and gap is not null) then count(*) filter (where gap = 'beyond') end as value,
    case when bool_or(coverage = 'unknown' or gap is null) then 'unknown' when bool_or(coverage = 'partial') then 'partial' else 'observed' end as coverage,
    coalesce(min(null_reason), 'not_covered') as null_reason,
    if(bool_or(as_at is null and coverage != 'unknown'), null, min(as_at)) as as_at
from reach
group by area_code
