/*
title: Households living half below ground
unit: "% of households"
direction: higher_is_more_need
grain: area
inputs: [hso_households_2025]
null_reason: no_denominator
*/
select oa_code as area_code, 100.0 * n_semi_basement / nullif(n_households, 0) as value
from hso_households_2025
