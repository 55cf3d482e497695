/*
title: Kinds of place with exactly one within a 15-minute walk, of the kinds within reach
unit: "% of kinds"
direction: higher_is_more_need
grain: area
inputs: [national_reach]
kinds: [community_centre, library, school, pub, cafe, place_of_worship, museum, theatre, cinema, arts_centre]
counts: [kind, kinds]
null_reason: no_denominator
note: "Straight line lengthened by {detour} stands for the walk, to places on lists that cover the nation, of the kinds that these look for nearly everywhere (kind.is_everywhere); the origin is the one named in neighbourhood.origin_kind; where no kind is within reach there is none to lose, which is 0"
*/
-- Dependence on a last place of its kind: were it to close, residents would have none in reach.
select
    area_code,
    case when bool_and(coverage != 'unknown')
        then coalesce(100.0 * count(*) filter (where n_within_15_min = 1) / nullif(count(*) filter (where n_within_15_min > 0), 0), 0)
    end as value,
    count(*) filter (where n_within_15_min = 1) as n_counted,
    count(*) filter (where n_within_15_min > 0) as n_of,
    case when bool_or(coverage = 'unknown') then 'unknown' when bool_or(coverage = 'partial') then 'partial' else 'observed' end as coverage,
    min(null_reason) as null_reason,
    if(bool_or(as_at is null and coverage != 'unknown'), null, min(as_at)) as as_at
from national_reach
where is_everywhere
group by area_code
