/*
title: Slowness of broadband
unit: score (higher is slower)
direction: higher_is_more_need
grain: area
inputs: [mhclg_iod_indicators_2025]
null_reason: suppressed
note: "the direction was confirmed against the geographical barriers sub-domain"
in_imd_2025: true
*/
select lsoa21_code as area_code, broadband_score as value
from mhclg_iod_indicators_2025
