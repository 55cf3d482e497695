/*
title: Choice of everyday places within a 30-minute walk, near ones counting more
unit: "log of 1 + places"
direction: higher_is_less_need
grain: area
inputs: [national_reach]
kinds: [community_centre, library, school, gp_practice, pharmacy, pub, cafe, place_of_worship]
null_reason: no_denominator
note: "The natural logarithm of 1 + the places added up, so that the tenth adds less than the first (0 none, 0.7 one next door, 2.4 ten, 3.9 fifty); a place next door counts 1, one at 15 minutes 0.61, at 30 minutes 0.14, beyond that nothing; by lists that cover the nation, of the kinds that these look for nearly everywhere (kind.is_everywhere), the same in all areas; where one of them was not looked for there may be more, and null where less than three quarters were; straight line lengthened by {detour} stands for the walk"
*/
-- Over the kinds looked for in the area; one that nobody counted would add a little, which is what partial says.
select
    area_code,
    case when count(*) filter (where coverage != 'unknown') >= 0.75 * count(*)
        then ln(1 + sum(choice order by kind) filter (where coverage != 'unknown'))
    end as value,
    if(bool_and(coverage = 'observed'), 'observed', 'partial') as coverage,
    min(null_reason) as null_reason,
    if(bool_or(as_at is null and coverage != 'unknown'), null, min(as_at)) as as_at
from national_reach
where is_everywhere
group by area_code
