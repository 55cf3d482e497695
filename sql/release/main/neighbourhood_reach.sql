/*
title: What residents can reach, one row per area and kind that counts - nearest, how many, and whether there is a gap
row: small area and kind of place
example: "select area_code, kind, nearest_minutes, n_within_15_min, gap, coverage from neighbourhood_reach order by area_code, kind limit 10"
key: [area_code, kind]
columns:
  area_code: small area residents start from (the point is in neighbourhood, and how it was made in origin_kind)
  kind: kind of place (see table kind)
  nearest_m: {description: "walk to the nearest, by the measure in audit.release.distance_measure; null beyond the cap, where nobody looked, or where the kind's places are not shown", unit: m}
  nearest_minutes: {description: the same walk at the measure's speed, unit: minutes}
  nearest_place_id: that place; null where nearest_m is
  n_within_10_min: {description: open places within a 10-minute walk; null where nobody looked, unit: places}
  n_within_15_min: {description: open places within a 15-minute walk; null where nobody looked, unit: places, term: reach}
  n_within_15_min_hours_known: {description: "of those, the places whose opening hours a list of the kind tells; the others may be open at any hour; null where nobody looked", unit: places}
  n_within_15_min_open_at_weekends: {description: "of those whose hours are known, the places for which they name a Saturday or Sunday that is not closed; null where the hours of none are known", unit: places}
  access_e2sfca_per_1000: {description: "open places within a 15-minute walk for each 1,000 residents, shared among all who can walk to them, wherever they live, near places counting more (E2SFCA; Gaussian, sigma 7.5 minutes, to 15 minutes); 0 where none is in reach, null where nobody looked", unit: "places per 1,000 residents", term: catchment}
  access_3sfca_per_1000: {description: "the same, where residents with several places in reach divide themselves among them (3SFCA)", unit: "places per 1,000 residents"}
  share_within_15_min: {description: "share (0-1) of the area's live postcodes from which an open place is within a 15-minute walk, where the counts beside it are from one point; null where nobody looked, or no postcode of the area is held", term: origin}
  standard_minutes: {description: the walk set as a standard for the area's class; null is none, unit: minutes, term: standard}
  gap: {description: "whether the nearest is within the standard; null where there is no standard, nobody looked, or the edge of what the list covers is nearer than what was found", term: gap}
  coverage: {description: "how far the lists of the kind cover the area", term: coverage}
  null_reason: {description: set exactly where nobody looked, term: null reason}
  as_at: date of the evidence
  national_nearest_m: {description: "walk to the nearest on lists that cover the whole nation, which is what indices rest on; null beyond the cap or where these did not look", unit: m}
  national_n_within_15_min: {description: open places on these lists within a 15-minute walk; null where these did not look, unit: places}
  national_n_within_choice: {description: "open places on these lists within a 30-minute walk; null where these did not look", unit: places}
  national_choice: {description: "the same places, each counting less the longer the walk: 1 next door, 0.61 at 15 minutes, 0.14 at 30; what indicator everyday_choice adds up", unit: places}
  national_coverage: {description: "how far these lists cover the area", term: coverage}
*/
with hours as (
    select
        w.area_code, w.kind, count(*) as n_known,
        count(*) filter (regexp_matches(p.opening_hours, '(Saturday|Sunday) +([^c; ]|c[^l])', 'i')) as n_at_weekends
    from places_in_reach as w
    join places as p using (place_id)
    join kind_register as k on k.kind = w.kind and list_contains(string_split(k.counted_from, ', '), p.hours_source)
    where p.opening_hours is not null
    group by w.area_code, w.kind
)
select
    area_code, kind, if(is_shown, r.nearest_m, null) as nearest_m, if(is_shown, round(r.nearest_minutes, 1), null) as nearest_minutes,
    if(is_shown, r.nearest_place_id, null) as nearest_place_id,
    r.n_within_10_min::integer as n_within_10_min, r.n_within_15_min::integer as n_within_15_min,
    if(r.coverage = 'unknown', null, coalesce(o.n_known, 0))::integer as n_within_15_min_hours_known,
    if(r.coverage = 'unknown', null, o.n_at_weekends)::integer as n_within_15_min_open_at_weekends,
    round(r.access_e2sfca_per_1000, 6) as access_e2sfca_per_1000, round(r.access_3sfca_per_1000, 6) as access_3sfca_per_1000,
    round(h.share_within_15_min, 6) as share_within_15_min, r.standard_minutes, r.gap, r.coverage, r.null_reason, r.as_at::date as as_at,
    if(is_shown, n.nearest_m, null) as national_nearest_m, n.n_within_15_min::integer as national_n_within_15_min,
    n.n_within_choice::integer as national_n_within_choice, round(n.choice, 6) as national_choice,
    n.coverage as national_coverage
from reach as r
join national_reach as n using (area_code, kind)
join homes_in_reach as h using (area_code, kind)
left join hours as o using (area_code, kind)
join (select kind, is_shown from kind_register) using (kind)
order by area_code, kind
