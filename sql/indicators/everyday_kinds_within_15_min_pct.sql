/*
title: Everyday kinds of place with one within a 15-minute walk
unit: "% of kinds"
direction: higher_is_less_need
grain: area
inputs: [national_reach]
kinds: [community_centre, library, school, gp_practice, pharmacy, pub, cafe, place_of_worship]
null_reason: no_denominator
note: "By lists that cover the nation, of the kinds that these look for nearly everywhere (kind.is_everywhere), the same in all areas; straight line lengthened by {detour} stands for the walk"
*/
-- Null unless each of these kinds was looked for: a kind nobody counted is not a kind that is missing.
select
    area_code,
    case when bool_and(coverage != 'unknown') then 100.0 * count(*) filter (where n_within_15_min > 0) / count(*) end as value,
    case when bool_or(coverage = 'unknown') then 'unknown' when bool_or(coverage = 'partial') then 'partial' else 'observed' end as coverage,
    min(null_reason) as null_reason,
    if(bool_or(as_at is null and coverage != 'unknown'), null, min(as_at)) as as_at
from national_reach
where is_everywhere
group by area_code
