/*
title: How secure the tenure of community places and council buildings within a 15-minute walk is
unit: 0 to 100
direction: higher_is_more_opportunity
grain: area
inputs: [tenure]
kinds: [council_building, community_centre, library, pub, cafe, place_of_worship, museum, theatre, cinema, music_venue, arts_centre, leisure_centre, sports_facility, skate_park, outdoor_space]
null_reason: no_denominator
note: "mean over the places whose tenure a register tells and for how long: freehold or 99 years and more 100, 25 to 98 years 80, 7 to 24 years 50, under 7 years 25, a licence or a rolling tenancy 10; of a place that is let, the tenure of those who use it; null where no place in reach has one that is known, and where the council's register was not read; how many it rests on is in table why.neighbourhood_tenure"
*/
select area_code, 100 * security as value, coverage, null_reason, as_at
from tenure
