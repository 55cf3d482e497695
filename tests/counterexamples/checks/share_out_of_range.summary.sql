-- expect: 1.5
update area_roll_up set extent = 1.5 where index_name = 'hardship' and extent is not null;
