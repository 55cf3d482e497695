/*
title: Comparative illness and disability ratio
unit: standardised ratio (England = 100)
direction: higher_is_more_need
grain: area
inputs: [mhclg_iod_indicators_2025]
null_reason: suppressed
note: "standardised for age and sex"
in_imd_2025: true
*/
select lsoa21_code as area_code, comparative_illness_ratio as value
from mhclg_iod_indicators_2025
