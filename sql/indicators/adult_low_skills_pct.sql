/*
title: Adults with no or low qualifications or little English
unit: "% of adults"
direction: higher_is_more_need
grain: area
inputs: [mhclg_iod_indicators_2025]
null_reason: suppressed
in_imd_2025: true
*/
select lsoa21_code as area_code, 100 * adult_low_skills_share as value
from mhclg_iod_indicators_2025
