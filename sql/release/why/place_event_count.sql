/*
title: Events not confirmed, as counts - places no longer on a list that clears rows, which need not have closed
key: [authority_code, kind, series, event]
columns:
  authority_code: authority the places lie in
  kind: kind of place
  series: the list they left
  event: what happened
  n_places: number of places
  n_known_closed: how many of them are confirmed closed by other evidence
  n_still_listed: how many of them another list still holds open
*/
select a.authority_code, e.kind, e.series, e.event, count(*)::integer as n_places,
    count(*) filter (where k.status = 'closed')::integer as n_known_closed,
    count(*) filter (where k.status = 'open')::integer as n_still_listed
from place_events as e
join places as p using (place_id)
join areas as a on a.area_code = p.area_code
left join place_kinds as k on k.place_id = e.place_id and k.kind = e.kind
where not e.is_confirmed and e.series not in (select series from place_records where publish != 'rows') and p.area_code in (from areas_asked)
group by all
order by all
