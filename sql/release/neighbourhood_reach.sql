/*
title: What residents can reach, one row per area and kind that counts - nearest, how many, and whether there is a gap
key: [area_code, kind]
columns:
  area_code: small area residents start from (the point is in neighbourhood, and how it was made in origin_kind)
  kind: kind of place (see table kind)
  nearest_m: {description: "walk to the nearest, by the measure in release.distance_measure; null beyond the cap, where nobody looked, or where the kind's places are not shown", unit: m}
  nearest_minutes: {description: the same walk at the measure's speed, unit: minutes}
  nearest_place_id: that place; null where nearest_m is
  n_within_10_min: {description: open places within a 10-minute walk; null where nobody looked, unit: places}
  n_within_15_min: {description: open places within a 15-minute walk; null where nobody looked, unit: places, term: reach}
  access_e2sfca_per_1000: {description: "open places within a 15-minute walk for each 1,000 residents, shared among all who can walk to them, wherever they live, near places counting more (E2SFCA; Gaussian, sigma 7.5 minutes, to 15 minutes); 0 where none is in reach, null where nobody looked", unit: "places per 1,000 residents", term: catchment}
  access_3sfca_per_1000: {description: "the same, where residents with several places in reach divide themselves among them (3SFCA)", unit: "places per 1,000 residents"}
  standard_minutes: {description: the walk set as a standard for the area's class; null is none, unit: minutes, term: standard}
  gap: {description: "whether the nearest is within the standard; null where there is no standard, nobody looked, or the edge of what the list covers is nearer than what was found", term: gap}
  coverage: {description: "how far the kind's list covers the area", term: coverage}
  null_reason: {description: set exactly where nobody looked, term: null reason}
  as_at: date of the evidence
*/
select
    area_code, kind, if(is_shown, nearest_m, null) as nearest_m, if(is_shown, round(nearest_minutes, 1), null) as nearest_minutes,
    if(is_shown, nearest_place_id, null) as nearest_place_id,
    n_within_10_min::integer as n_within_10_min, n_within_15_min::integer as n_within_15_min,
    round(access_e2sfca_per_1000, 6) as access_e2sfca_per_1000, round(access_3sfca_per_1000, 6) as access_3sfca_per_1000,
    standard_minutes, gap, coverage, null_reason, as_at::date as as_at
from reach
join (select kind, is_shown from kind_register) using (kind)
order by area_code, kind
