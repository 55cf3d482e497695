/*
title: People disabled under the Equality Act
unit: "% of residents"
direction: higher_is_more_need
grain: area
inputs: [ons_census_disability_2021]
null_reason: no_denominator
note: "not standardised for age: older areas score higher"
*/
select lsoa21_code as area_code, 100.0 * n_disabled / nullif(n_residents, 0) as value
from ons_census_disability_2021
