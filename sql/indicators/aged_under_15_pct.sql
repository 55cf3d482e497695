/*
title: Residents aged under 15
unit: "% of residents"
direction: neutral
grain: area
inputs: [ons_census_age_2021]
null_reason: no_denominator
note: "context only: age is not hardship"
*/
select lsoa21_code as area_code, 100.0 * (n_age_00_04 + n_age_05_09 + n_age_10_14) / nullif(n_residents, 0) as value
from ons_census_age_2021
