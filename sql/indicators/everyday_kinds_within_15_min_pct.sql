/*
title: Everyday kinds of place with one within a 15-minute walk
unit: "% of kinds"
direction: higher_is_less_need
grain: area
inputs: [national_reach]
kinds: [community_centre, library, school, gp_practice, pharmacy, pub, cafe, place_of_worship]
null_reason: no_denominator
note: "By lists that cover the nation, of the kinds that these look for nearly everywhere (kind.is_everywhere), the same in all areas, those looked for in the area; null where they are less than three quarters; straight line lengthened by {detour} stands for the walk"
*/
-- Of the kinds looked for in the area: one that nobody counted is not one that is missing. Null where that is less than
-- three quarters of them, for then too little is compared with the same elsewhere.
select
    area_code,
    case when count(*) filter (where coverage != 'unknown') >= 0.75 * count(*)
        then 100.0 * count(*) filter (where n_within_15_min > 0) / count(*) filter (where coverage != 'unknown')
    end as value,
    if(bool_and(coverage = 'observed'), 'observed', 'partial') as coverage,
    min(null_reason) as null_reason,
    if(bool_or(as_at is null and coverage != 'unknown'), null, min(as_at)) as as_at
from national_reach
where is_everywhere
group by area_code
