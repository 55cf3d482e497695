/*
title: Households with too few bedrooms
unit: "% of households"
direction: higher_is_more_need
grain: area
inputs: [ons_census_occupancy_2021]
null_reason: no_denominator
in_imd_2025: true
*/
select lsoa21_code as area_code, 100.0 * (n_one_too_few + n_two_or_more_too_few) / nullif(n_households, 0) as value
from ons_census_occupancy_2021
