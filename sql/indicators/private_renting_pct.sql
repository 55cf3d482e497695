/*
title: Households renting privately
unit: "% of households"
direction: higher_is_more_need
grain: area
inputs: [ons_census_tenure_2021]
null_reason: no_denominator
*/
select lsoa21_code as area_code, 100.0 * (n_private_landlord + n_private_other) / nullif(n_households, 0) as value
from ons_census_tenure_2021
