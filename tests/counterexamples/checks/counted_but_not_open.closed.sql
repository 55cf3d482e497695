-- expect: closed
update place_kind set status = 'closed' where is_counted and place_id = 'p0031139d6cb648';
