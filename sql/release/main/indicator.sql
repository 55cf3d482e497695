/*
title: One row per indicator - what it is, its unit, denominator and direction, what period it is of, where it comes from
row: indicator
example: "select indicator, title, unit, denominator, direction, period, sources from indicator order by indicator"
key: [indicator]
columns:
  indicator: {description: "name of the indicator, as in indicator_value", term: indicator}
  title: what it measures
  unit: unit of value
  denominator: what value is a share of or a rate per, in the words of its unit; null where it is neither
  counted_in: what n_counted and n_of of indicator_value are numbers of, one and several, separated by a comma; null where nothing is counted
  direction: what a higher value means
  period: what period the data describe, which is not the day they were published
  share_within_authorities: "share (0-1) of its variation between areas that lies within authorities, over all areas with a value in this run; 0 is one value per authority, which tells nothing of areas within it"
  is_modelled: true where the publisher modelled rather than measured it
  in_imd_2025: true where the Index of Multiple Deprivation 2025 counts the same data
  sources: the sources it rests on, separated by commas
  licence: licence its values leave under, by the sources it rests on (see table audit.licence)
  note: what a reader should know
  definition_sha256: "hash of what it is worked out by; values of two releases are compared where it, the sources and the coverage are the same"
*/
with valued as (
    select
        indicator, authority_code, value, avg(value) over (partition by indicator) as mean,
        avg(value) over (partition by indicator, authority_code) as authority_mean
    from indicator_values join areas using (area_code)
    where value is not null
),
varied as (
    select indicator, round(sum((value - authority_mean) ** 2) / nullif(sum((value - mean) ** 2), 0), 3) as share_within_authorities
    from valued
    group by indicator
)
select
    indicator, title, unit, denominator, counted_in, direction, period, share_within_authorities, is_modelled, in_imd_2025, sources, licence, note, definition_sha256
from indicator_register left join varied using (indicator)
order by indicator
