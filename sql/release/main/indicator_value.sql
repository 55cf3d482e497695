/*
title: One row per area and indicator - the value, or the reason there is none
row: small area and indicator
example: "select area_code, value, unit, period, null_reason from indicator_value join indicator using (indicator) order by indicator, area_code limit 10"
key: [area_code, indicator]
columns:
  area_code: code of the small area
  indicator: name of the indicator (see table indicator)
  value: value in the indicator's unit, not rounded; null is unknown, never zero
  n_counted: what it was counted from, where it is a share or a rate (indicator.counted_in); 1 of 1 is not what 40 of 40 is
  n_of: of how many, where it is a share
  as_at: date of the evidence
  coverage: {description: how far a source covers the area, term: coverage}
  null_reason: {description: set exactly where value is null, term: null reason}
*/
select area_code, indicator, value, n_counted::integer as n_counted, n_of::integer as n_of, as_at::date as as_at, coverage, null_reason
from indicator_values
semi join areas_asked using (area_code)
order by area_code, indicator
