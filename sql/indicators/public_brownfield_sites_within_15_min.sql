/*
title: Small brownfield sites in public or mixed ownership within a 15-minute walk
unit: sites
direction: higher_is_more_opportunity
grain: area
inputs: [national_reach]
kinds: [public_brownfield_site]
null_reason: no_denominator
note: "no larger than a hectare; allocated for housing first: a competing claim; null where the council register states no owner of any site, or none in an entry of the last three years"
*/
select area_code, case when coverage != 'unknown' then n_within_15_min end as value, coverage, null_reason, as_at
from national_reach
