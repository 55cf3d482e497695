-- expect: p035dc3b16012dd
update place_loss set coverage = 'unknown' where place_id = 'p035dc3b16012dd' and kind = 'library';
