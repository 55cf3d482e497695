/*
title: People out of work who have not worked for a year or ever
unit: "% of people aged 16 and over not in employment"
direction: neutral
grain: area
inputs: [ons_census_unemployment_history_2021]
null_reason: no_denominator
note: "context only: includes retired people"
*/
select lsoa21_code as area_code, 100.0 * (n_not_worked_12_months + n_never_worked) / nullif(n_not_in_employment, 0) as value
from ons_census_unemployment_history_2021
