/* Only a confirmed event is a row, and a place called closed has one, or a correction, behind it. */
select event_id, event
from place_event
where not is_confirmed
union all
select p.place_id, p.status
from place as p
where p.status = 'closed'
    and p.place_id not in (select place_id from place_event where event = 'closed')
    and p.place_id not in (select place_id from correction where field = 'status')
