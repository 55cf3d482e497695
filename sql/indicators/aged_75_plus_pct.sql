/*
title: Residents aged 75 and over
unit: "% of residents"
direction: neutral
grain: area
inputs: [ons_census_age_2021]
null_reason: no_denominator
note: "context only: age is not hardship"
*/
select lsoa21_code as area_code, 100.0 * (n_age_75_79 + n_age_80_84 + n_age_85_plus) / nullif(n_residents, 0) as value
from ons_census_age_2021
