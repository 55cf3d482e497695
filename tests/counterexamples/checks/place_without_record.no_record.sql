-- expect: no record
delete from place_record where place_id = 'p0031139d6cb648';
