/*
title: Transport connectivity to everyday destinations
unit: score (0-100; higher is better connected)
direction: higher_is_less_need
grain: area
inputs: [mhclg_iod_indicators_2025]
null_reason: suppressed
modelled: true
note: "the Department for Transport metric, as carried by the publisher"
in_imd_2025: true
*/
select lsoa21_code as area_code, connectivity_score as value
from mhclg_iod_indicators_2025
