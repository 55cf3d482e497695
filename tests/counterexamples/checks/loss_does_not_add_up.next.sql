-- expect: p035dc3b16012dd
update place_loss set residents_next_not_known = residents_next_not_known + 1 where place_id = 'p035dc3b16012dd' and kind = 'library';
