/*
title: What happened to the places shown - confirmed closings and first listings (a first listing is not an opening)
row: event
example: "select name, event, since, e.evidence from place_event as e join place using (place_id) order by since desc limit 10"
key: [event_id]
columns:
  event_id: identifier of the event
  place_id: the place
  kind: the kind it was
  area_code: small area the place lies in
  event: what happened
  is_confirmed: always true here; unconfirmed events are counts in why.place_event_count
  since: first day the event is known by; with precision year, 1 January of that year
  not_before: last day it was not so, where known
  precision: how precise since is
  series: the list or lists that say so
  evidence: what it rests on
*/
select e.event_id, e.place_id, e.kind, p.area_code, e.event, e.is_confirmed, e.since::date as since, e.not_before::date as not_before,
    e.precision, e.series, e.evidence
from place_events as e
join places as p using (place_id)
where e.is_confirmed and e.place_id in (select place_id from places_shown)
order by e.event_id
