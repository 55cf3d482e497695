/*
title: What every candidate building or site rests on - one row per piece of evidence, each with its own source and date
key: [opportunity_id, position]
row_licence: [opportunity_id, position, what, source, source_id, says, as_at, is_too_old, licence]
inputs: [candidates]
columns:
  opportunity_id: the candidate (see table opportunity)
  position: 1 is what makes it a candidate; newer evidence goes before what is too old
  what: what the evidence makes it
  source: the source, or the lists with commas between, that say so
  source_id: "the register's own reference; null where the list has none"
  says: what they say
  as_at: date of the evidence by its source; null is undated
  is_too_old: true where it is older than three years, or undated, and so enters no score
  licence: licence of the candidate's row
*/
select e.opportunity_id, e.position::integer as position, e.what, e.source, e.source_id, e.says, e.as_at::date as as_at, e.is_too_old, c.licence
from candidate_evidence as e
join candidates as c using (opportunity_id)
where c.place_id is null or c.place_id in (select place_id from places_shown)
order by e.opportunity_id, e.position
