/*
title: Kinds of cultural venue within a 15-minute walk, of five
unit: kinds
direction: higher_is_less_need
grain: area
inputs: [reach]
kinds: [museum, theatre, cinema, music_venue, arts_centre]
null_reason: no_denominator
note: "Straight line lengthened by {detour} stands for the walk; the origin is the one named in neighbourhood.origin_kind"
*/
-- Null unless all five kinds were looked for: a kind nobody counted is not a kind that is missing.
select
    area_code,
    case when bool_and(coverage != 'unknown') then count(*) filter (where n_within_15_min > 0) end as value,
    case when bool_or(coverage = 'unknown') then 'unknown' when bool_or(coverage = 'partial') then 'partial' else 'observed' end as coverage,
    min(null_reason) as null_reason,
    if(bool_or(as_at is null and coverage != 'unknown'), null, min(as_at)) as as_at
from reach
group by area_code
