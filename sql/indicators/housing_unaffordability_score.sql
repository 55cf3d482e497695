/*
title: Difficulty of affording to own or rent
unit: score (higher is less affordable)
direction: higher_is_more_need
grain: area
inputs: [mhclg_iod_indicators_2025]
null_reason: suppressed
modelled: true
note: "modelled by the publisher from house prices, rents and incomes"
in_imd_2025: true
*/
select lsoa21_code as area_code, housing_unaffordability_score as value
from mhclg_iod_indicators_2025
