-- expect: p035dc3b16012dd
delete from place_loss where place_id = 'p035dc3b16012dd' and kind = 'library';
