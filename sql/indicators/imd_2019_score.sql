/*
title: Index of Multiple Deprivation 2019, score
unit: score (0-100; higher is more deprived in 2019)
direction: neutral
grain: area
inputs: [mhclg_iod_2019]
null_reason: suppressed
note: "context only: by LSOA 2011, carried to LSOA 2021 (see table method.area_carried); in no index; made by another method than the score of 2025"
*/
select area_code, imd_score as value, null_reason
from mhclg_iod_2019_by_area
