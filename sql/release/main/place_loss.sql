/*
title: Who would lose out if a place were gone, one row per place shown and kind it counts as within reach, of the residents of the areas of this release
row: place and kind it counts as
example: "select name, l.kind, residents_only, residents_nearest, extra_minutes from place_loss as l join place using (place_id) order by residents_only desc nulls last limit 10"
key: [place_id, kind]
columns:
  place_id: the place (see table place)
  kind: the kind it counts as (see table kind); sites are left out
  coverage: {description: "how far the lists of the kind cover the areas it is of use to, those that it is the nearest of or within reach of and its own; unknown, and every count null, where nobody looked in any of these", term: coverage}
  null_reason: {description: set exactly where coverage is unknown, term: null reason}
  is_edge_affected: true where it is of use to residents beyond the areas of this release, who are not counted, or where a place beyond what the lists cover may be nearer to some than the next that is known
  residents_not_covered: {description: "residents of areas it is of use to where nobody looked for the kind, who are in no other count", unit: residents}
  residents_within_15_min: {description: residents who have it within a 15-minute walk, unit: residents, term: reach}
  n_areas_only: {description: small areas for which it is the only one within a 15-minute walk, unit: areas}
  residents_only: {description: "residents for whom it is the only one within a 15-minute walk, and who would lose their last", unit: residents, term: loss}
  residents_only_highest_tenth: {description: "of residents_only, those in areas among the tenth of greatest need in the nation by the index that method.index_method calls the headline; null where none of their areas is ranked", unit: residents}
  residents_only_under_15: {description: "of residents_only, those aged under 15 by the census, whose tables may differ by a few; null where not known", unit: residents}
  residents_only_aged_75_plus: {description: "of residents_only, those aged 75 and over by the census; null where not known", unit: residents}
  households_only_no_car: {description: "households without a car or van where residents_only live, by the census; null where not known", unit: households}
  n_areas_nearest: {description: small areas for which it is the nearest, unit: areas}
  residents_nearest: {description: "residents for whom it is the nearest, up to the measure's cap; of places in one spot, the first by id is", unit: residents, term: loss}
  residents_nearest_highest_tenth: {description: "of residents_nearest, those in areas among the tenth of greatest need in the nation; null as above", unit: residents}
  residents_nearest_under_15: {description: "of residents_nearest, those aged under 15 by the census; null where not known", unit: residents}
  residents_nearest_aged_75_plus: {description: "of residents_nearest, those aged 75 and over by the census; null where not known", unit: residents}
  households_nearest_no_car: {description: "households without a car or van where residents_nearest live, by the census; null where not known", unit: households}
  residents_not_ranked: {description: "of residents_nearest, those in areas that the headline index does not rank", unit: residents}
  extra_m: {description: "how much further the next nearest is for residents_nearest, on average over all who have one within the measure's cap; null where nobody has", unit: m}
  extra_minutes: {description: the same in walking time, unit: minutes}
  residents_next_within_15_min: {description: "of residents_nearest, those whose next is within a 15-minute walk", unit: residents}
  residents_next_beyond_15_min: {description: "of residents_nearest, those whose next is further, but within the cap", unit: residents}
  residents_next_not_known: {description: "of residents_nearest, those who have no other within the cap: how much further they would go is not known", unit: residents}
  n_areas_partly_known: {description: "of the areas it is the nearest of, those whose cover is partial: there may be places of its kind that no list holds", unit: areas}
*/
select
    place_id, kind, coverage, null_reason, is_edge_affected, residents_not_covered::integer as residents_not_covered,
    residents_within_15_min::integer as residents_within_15_min,
    n_areas_only::integer as n_areas_only, residents_only::integer as residents_only,
    residents_only_highest_tenth::integer as residents_only_highest_tenth, residents_only_under_15::integer as residents_only_under_15,
    residents_only_aged_75_plus::integer as residents_only_aged_75_plus, households_only_no_car::integer as households_only_no_car,
    n_areas_nearest::integer as n_areas_nearest, residents_nearest::integer as residents_nearest,
    residents_nearest_highest_tenth::integer as residents_nearest_highest_tenth, residents_nearest_under_15::integer as residents_nearest_under_15,
    residents_nearest_aged_75_plus::integer as residents_nearest_aged_75_plus, households_nearest_no_car::integer as households_nearest_no_car,
    residents_not_ranked::integer as residents_not_ranked, extra_m, extra_minutes,
    residents_next_within_15_min::integer as residents_next_within_15_min, residents_next_beyond_15_min::integer as residents_next_beyond_15_min,
    residents_next_not_known::integer as residents_next_not_known, n_areas_partly_known::integer as n_areas_partly_known
from place_losses
where place_id in (select place_id from places_shown) and kind in (select kind from kind_register where is_shown)
order by place_id, kind
