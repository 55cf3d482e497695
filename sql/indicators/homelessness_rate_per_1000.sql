/*
title: Households owed a homelessness duty
unit: per 1,000 households
direction: higher_is_more_need
grain: area
inputs: [mhclg_iod_indicators_2025]
null_reason: suppressed
note: "measured for whole authorities and shared by their areas"
in_imd_2025: true
*/
select lsoa21_code as area_code, homelessness_per_1000 as value
from mhclg_iod_indicators_2025
