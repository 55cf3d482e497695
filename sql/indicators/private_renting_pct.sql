/*
title: Households renting privately
unit: "% of households"
direction: neutral
grain: area
inputs: [ons_census_tenure_2021]
null_reason: no_denominator
note: "context only: alone it is high in new districts of comfortable people too"
*/
select lsoa21_code as area_code, 100.0 * (n_private_landlord + n_private_other) / nullif(n_households, 0) as value
from ons_census_tenure_2021
