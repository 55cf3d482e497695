/*
title: Everyday kinds of place (community centre, library, pub or bar, school) beyond the walk set as a standard
unit: kinds
direction: higher_is_more_need
grain: area
inputs: [reach]
kinds: [community_centre, library, pub, school]
sources: [gla_community_centres_2022, ace_libraries_2023, ons_nspl_2025, fsa_hygiene_current, dfe_gias_current, osm_places_london]
null_reason: no_denominator
note: "an absolute standard, not a rank; 15 minutes in urban areas, 30 in rural ones; a borderline gap is not counted"
*/
select
    area_code,
    case when bool_and(coverage != 'unknown') then count(*) filter (where gap = 'clear') end as value,
    case when bool_or(coverage = 'unknown') then 'unknown' when bool_or(coverage = 'partial') then 'partial' else 'observed' end as coverage,
    min(null_reason) as null_reason,
    min(as_at) as as_at
from reach
group by area_code
