/*
title: Mean deposit for a rented home
unit: million won
direction: higher_is_less_need
grain: area
inputs: [hso_households_2025]
null_reason: suppressed
*/
select oa_code as area_code, deposit / 100 as value
from hso_households_2025
