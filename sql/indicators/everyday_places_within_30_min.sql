/*
title: Everyday places within a 30-minute walk, counted plainly
unit: places
direction: higher_is_less_need
grain: area
inputs: [national_reach]
kinds: [community_centre, library, school, gp_practice, pharmacy, pub, cafe, place_of_worship]
null_reason: no_denominator
note: "Beside the index and no part of it, for whoever compares with measures that count. By lists that cover the nation, of the kinds that these look for nearly everywhere (kind.is_everywhere), the same in all areas; where one of them was not looked for there may be more, and null where less than three quarters were; straight line lengthened by {detour} stands for the walk"
*/
select
    area_code,
    case when count(*) filter (where coverage != 'unknown') >= 0.75 * count(*)
        then sum(n_within_choice) filter (where coverage != 'unknown')
    end as value,
    if(bool_and(coverage = 'observed'), 'observed', 'partial') as coverage,
    min(null_reason) as null_reason,
    if(bool_or(as_at is null and coverage != 'unknown'), null, min(as_at)) as as_at
from national_reach
where is_everywhere
group by area_code
