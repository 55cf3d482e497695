/*
title: Heritage at risk that a community might use within a 15-minute walk
unit: buildings
direction: higher_is_more_opportunity
grain: area
inputs: [national_reach]
kinds: [heritage_at_risk]
null_reason: no_denominator
note: "buildings and structures on the national register of heritage at risk that a community might use by what they are called; listed grade I and II* across the nation, and grade II in London alone, so that London's counts are not like those elsewhere; who owns them is not known"
*/
select area_code, case when coverage != 'unknown' then n_within_15_min end as value, coverage, null_reason, as_at
from national_reach
