/*
title: Which kinds of place residents can walk to, which are missing, and which nobody looked for - one row per area
key: [area_code]
columns:
  area_code: small area residents start from
  n_kinds_within_15_min: {description: "kinds with an open place within a 15-minute walk, of the kinds looked for here; more may be unknown; null where none was looked for", unit: kinds}
  n_kinds_missing: {description: kinds looked for here with no open place within a 15-minute walk; null where none was looked for, unit: kinds}
  kinds_missing: "those kinds, separated by commas, in the order of the taxonomy; empty where none is missing, null where none was looked for"
  n_kinds_unknown: {description: "kinds nobody looked for here, which may be in reach or missing", unit: kinds}
  kinds_unknown: "those kinds, separated by commas, in the order of the taxonomy; empty where all were looked for"
*/
-- Kinds of site are nowhere to go, and a kind that is part of another is not missed beside it: neither is listed.
with known as (
    select *, coverage = 'unknown' as is_unknown, coverage != 'unknown' and n_within_15_min = 0 as is_missing
    from reach
    where list_position is not null
)
select
    area_code,
    if(bool_and(is_unknown), null, count(*) filter (where n_within_15_min > 0))::integer as n_kinds_within_15_min,
    if(bool_and(is_unknown), null, count(*) filter (where is_missing))::integer as n_kinds_missing,
    if(bool_and(is_unknown), null, coalesce(string_agg(plural, ', ' order by list_position) filter (where is_missing), '')) as kinds_missing,
    count(*) filter (where is_unknown)::integer as n_kinds_unknown,
    coalesce(string_agg(plural, ', ' order by list_position) filter (where is_unknown), '') as kinds_unknown
from known
group by area_code
order by area_code
