-- expect: e000893701214bc
update place_event set is_confirmed = false where event_id = 'e000893701214bc';
