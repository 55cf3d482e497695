/*
title: Years of potential life lost
unit: standardised years per 1,000
direction: higher_is_more_need
grain: area
inputs: [mhclg_iod_indicators_2025]
null_reason: suppressed
in_imd_2025: true
*/
select lsoa21_code as area_code, years_of_life_lost as value
from mhclg_iod_indicators_2025
