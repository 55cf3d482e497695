/*
title: Corrections made by the operator, each beside the source's value (both only where they may be shown)
key: [line]
columns:
  line: {description: line of corrections.csv, term: correction}
  place_id: the place it concerns
  field: what it changes
  value: the corrected value; null where the place may not be shown
  source_value: the source's value; null where the source gives none, or clears no rows
  source: the source of that value
  state: what became of the line
  reason: why
  evidence: on what evidence
  date: date of the correction
*/
select
    c.line::integer as line, c.place_id, c.field, if(shown.place_id is not null, c.value, null) as value,
    if(shown.place_id is not null and coalesce(s.publish, 'rows') = 'rows', c.source_value, null) as source_value,
    c.source, c.state, c.reason, c.evidence, c.date::date as date
from corrections as c
left join places_shown as shown using (place_id)
left join source_register as s on s.source = c.source
order by c.line
