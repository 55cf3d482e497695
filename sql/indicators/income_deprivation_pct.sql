/*
title: People in income-deprived families
unit: "% of people"
direction: higher_is_more_need
grain: area
inputs: [mhclg_iod_2025]
null_reason: no_denominator
in_imd_2025: true
*/
select lsoa21_code as area_code, 100 * income_rate as value
from mhclg_iod_2025
