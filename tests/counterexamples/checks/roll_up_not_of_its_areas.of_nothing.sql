-- expect: S99699999
update area_roll_up set code = 'S99699999' where level = 'authority' and index_name = 'hardship' and rank_by_extent = 1;
