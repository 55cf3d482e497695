-- expect: p035dc3b16012dd
update place_loss set residents_nearest = residents_nearest + 1, residents_next_beyond_15_min = residents_next_beyond_15_min + 1 where place_id = 'p035dc3b16012dd' and kind = 'library';
