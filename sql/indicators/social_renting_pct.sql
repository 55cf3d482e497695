/*
title: Households renting from a council or housing association
unit: "% of households"
direction: neutral
grain: area
inputs: [ons_census_tenure_2021]
null_reason: no_denominator
note: "context only: security of tenure is a protection as well as a sign of low income"
*/
select lsoa21_code as area_code, 100.0 * (n_social_council + n_social_other) / nullif(n_households, 0) as value
from ons_census_tenure_2021
