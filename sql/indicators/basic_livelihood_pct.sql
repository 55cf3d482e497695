/*
title: Households on the basic livelihood benefit
unit: "% of households"
direction: higher_is_more_need
grain: area
inputs: [hso_households_2025]
null_reason: no_denominator
*/
select oa_code as area_code, 100.0 * n_basic_livelihood / nullif(n_households, 0) as value
from hso_households_2025
