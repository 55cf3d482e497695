-- expect: hardship
update area_roll_up set n_areas = n_areas - 1 where level = 'msoa' and index_name = 'hardship';
