/*
title: Recorded violence, with and without injury
unit: per 1,000 people at risk
direction: higher_is_more_need
grain: area
inputs: [mhclg_iod_indicators_2025]
null_reason: suppressed
in_imd_2025: true
*/
select lsoa21_code as area_code, violence_with_injury_per_1000 + violence_without_injury_per_1000 as value
from mhclg_iod_indicators_2025
