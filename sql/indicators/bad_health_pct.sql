/*
title: People in bad or very bad health
unit: "% of residents"
direction: higher_is_more_need
grain: area
inputs: [ons_census_health_2021]
null_reason: no_denominator
note: "not standardised for age: older areas score higher"
*/
select lsoa21_code as area_code, 100.0 * (n_bad + n_very_bad) / nullif(n_residents, 0) as value
from ons_census_health_2021
