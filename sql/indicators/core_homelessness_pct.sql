/*
title: Core homelessness
unit: "% of households"
direction: higher_is_more_need
grain: area
inputs: [mhclg_iod_indicators_2025]
null_reason: suppressed
modelled: true
note: "modelled by the publisher for groups of authorities"
in_imd_2025: true
*/
select lsoa21_code as area_code, core_homelessness_pct as value
from mhclg_iod_indicators_2025
