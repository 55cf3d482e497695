/*
title: Mood and anxiety disorders
unit: score (higher is more)
direction: higher_is_more_need
grain: area
inputs: [mhclg_iod_indicators_2025]
null_reason: suppressed
modelled: true
note: "a composite of prescribing, hospital, suicide and benefit data, modelled by the publisher"
in_imd_2025: true
*/
select lsoa21_code as area_code, mental_health_score as value
from mhclg_iod_indicators_2025
