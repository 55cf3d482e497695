/*
title: Households of one person aged 66 or over
unit: "% of households"
direction: higher_is_more_need
grain: area
inputs: [ons_census_household_type_2021]
null_reason: no_denominator
*/
select lsoa21_code as area_code, 100.0 * n_one_person_66_plus / nullif(n_households, 0) as value
from ons_census_household_type_2021
