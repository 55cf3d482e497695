/*
title: Registered patients per general practitioner
unit: patients per GP
direction: higher_is_more_need
grain: area
inputs: [mhclg_iod_indicators_2025]
null_reason: suppressed
in_imd_2025: true
*/
select lsoa21_code as area_code, patients_per_gp as value
from mhclg_iod_indicators_2025
