/*
title: Places that closed within a 15-minute walk
unit: places
direction: higher_is_more_opportunity
grain: area
inputs: [national_reach]
kinds: [closed_place]
null_reason: no_denominator
note: "community places of any kind confirmed closed in the last three years, in which nothing else is known to have opened; at least so many, for few lists tell what closed"
*/
select area_code, case when coverage != 'unknown' then n_within_15_min end as value, coverage, null_reason, as_at
from national_reach
