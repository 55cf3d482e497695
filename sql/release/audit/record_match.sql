/*
title: Why records are one place - every pair of present records of the places shown that a rule joins
key: [source_a, source_id_a, source_b, source_id_b]
columns:
  source_a: source of one record
  source_id_a: its identifier
  source_b: source of the other
  source_id_b: its identifier
  place_id: the place both belong to
  rule: the rule that says they are one
  name_score: likeness of the names, 0 to 100; null where an identifier decided
  distance_m: {description: how far apart their points stand, unit: m}
*/
select a.source as source_a, a.source_id as source_id_a, b.source as source_b, b.source_id as source_id_b, x.place_id, m.rule,
    round(m.name_score, 1) as name_score, m.distance_m
from match_pairs as m
join place_records as a on a.record = m."left"
join place_records as b on b.record = m."right"
join record_outcomes as x on x.record = a.record
join record_outcomes as y on y.record = b.record and y.place_id = x.place_id
where a.publish = 'rows' and b.publish = 'rows' and a.is_current and b.is_current and x.place_id in (select place_id from places_shown)
order by all
