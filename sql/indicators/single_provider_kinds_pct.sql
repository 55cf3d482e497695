/*
title: Kinds of place with exactly one within a 15-minute walk, of the kinds within reach
unit: "% of kinds"
direction: higher_is_more_need
grain: area
inputs: [reach]
kinds: [community_centre, library, pub, school, museum, theatre, cinema, music_venue, arts_centre]
null_reason: no_denominator
note: "Straight line lengthened by {detour} stands for the walk; the origin is the one named in neighbourhood.origin_kind"
*/
-- Dependence on a last place of its kind: were it to close, residents would have none in reach.
select
    area_code,
    case when bool_and(coverage != 'unknown')
        then 100.0 * count(*) filter (where n_within_15_min = 1) / nullif(count(*) filter (where n_within_15_min > 0), 0)
    end as value,
    case when bool_or(coverage = 'unknown') then 'unknown' when bool_or(coverage = 'partial') then 'partial' else 'observed' end as coverage,
    min(null_reason) as null_reason,
    if(bool_or(as_at is null and coverage != 'unknown'), null, min(as_at)) as as_at
from reach
group by area_code
