/*
title: One row per indicator - what it is, its unit and direction, where it comes from
key: [indicator]
columns:
  indicator: {description: "name of the indicator, as in indicator_value", term: indicator}
  title: what it measures
  unit: unit of value
  direction: what a higher value means
  is_modelled: true where the publisher modelled rather than measured it
  sources: the sources it rests on, separated by commas
  licence: licence its values leave under, by the sources it rests on (see table licence)
  note: what a reader should know
*/
select indicator, title, unit, direction, is_modelled, sources, licence, note
from indicator_register
order by indicator
