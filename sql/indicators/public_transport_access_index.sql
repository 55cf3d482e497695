/*
title: Public transport access index, mean of the area (PTAI 2015)
unit: access index (0 and up; higher is better connected)
direction: higher_is_less_need
grain: area
inputs: [tfl_ptal_2015]
null_reason: suppressed
note: "London only; by LSOA 2011, carried to LSOA 2021 (see table method.area_carried); services of 2015"
*/
select area_code, ptai_mean as value, null_reason
from tfl_ptal_2015_by_area
