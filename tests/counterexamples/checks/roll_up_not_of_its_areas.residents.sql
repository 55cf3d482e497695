-- expect: S99
update area_roll_up set residents = residents + 1 where level = 'ward' and index_name = 'hardship';
