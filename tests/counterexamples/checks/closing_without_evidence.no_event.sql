-- expect: closed
delete from place_event where event = 'closed' and place_id = (select min(place_id) from place where status = 'closed');
