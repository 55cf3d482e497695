/*
title: Households without a car or van
unit: "% of households"
direction: higher_is_more_need
grain: area
inputs: [ons_census_cars_2021]
null_reason: no_denominator
*/
select lsoa21_code as area_code, 100.0 * n_no_car / nullif(n_no_car + n_one_car + n_two_cars + n_three_or_more_cars, 0) as value
from ons_census_cars_2021
