/*
title: What tells that a community owns or runs a place, and what only hints at it - a row a place and each who says so
key: [place_id, evidence, source, body_id]
inputs: [community_held_pub]
row_licence: [place_id, evidence, body, body_id, source, as_at, words, is_confirmed, address, name_score, licence]
columns:
  place_id: the place (see table place)
  evidence: what it tells
  body: who says so, or who is registered there
  body_id: "the body's number on its register; null where the register has none, or its licence clears no rows"
  source: "the register or list that says so, with its publisher in table source"
  as_at: date of the register or list; null where it states none
  words: "what is said, in words; of a lead from a register that clears no rows, that it has such a body and nothing of it"
  is_confirmed: "true where the place is told as owned, or run, by a community on it; false for a lead, and where a correction or another list says otherwise"
  address: "by what the body's address is that of the place; null where no address was compared"
  name_score: {description: "how alike the names are, legal form and words of kind set aside; null where names were not compared", unit: of 100}
  licence: "licence of the row: that of its source; of a lead that tells nothing of the source's row, that of the place (see table audit.licence)"
*/
select
    e.place_id, e.evidence, e.body, e.body_id, e.source, e.as_at::date as as_at, e.words, e.is_confirmed, e.address, e.name_score,
    if(s.publish = 'rows', s.licence_key, p.licence) as licence
from place_evidence as e
join places as p using (place_id)
join source_register as s on s.source = e.source
where p.publish = 'rows' and s.publish != 'nothing' and e.place_id in (select place_id from places_shown)
order by e.place_id, e.evidence, e.source, e.body_id
