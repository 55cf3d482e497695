/*
title: What each place is counted as, and by which rule - one row per place and kind
row: place and kind it is
example: "select name, k.kind, k.is_counted, k.rule from place_kind as k join place using (place_id) order by place_id limit 10"
key: [place_id, kind]
columns:
  place_id: the place
  kind: a kind it is
  status: whether it is open, as that kind
  is_counted: whether it counts within reach as that kind
  rule: why it counts, or why not
  sources: the sources that say it is that kind now (or, where none does, once did), separated by commas
  as_at: date of the newest evidence for it; of a kind that is a matter of who owns or runs it, the date of the record that says so
*/
select place_id, kind, status, is_counted, rule, sources, as_at::date as as_at
from place_kinds
where place_id in (select place_id from places_shown)
order by place_id, kind
