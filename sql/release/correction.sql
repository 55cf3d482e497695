/*
title: Corrections made by the operator, each beside the source's value
key: [line]
columns:
  line: line of corrections.csv
  place_id: the place it concerns
  field: what it changes
  value: the corrected value
  source_value: the source's value; null where the source gives none
  source: the source of that value
  state: applied, or retired (the source now says the same; the line can go)
  reason: why
  evidence: on what evidence
  date: date of the correction
*/
select line::integer as line, place_id, field, value, source_value, source, state, reason, evidence, date::date as date
from corrections
order by line
