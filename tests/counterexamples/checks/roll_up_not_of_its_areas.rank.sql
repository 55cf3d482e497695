-- expect: hardship
update area_roll_up set rank_by_average_score = n_of_level + 1 where level = 'authority' and index_name = 'hardship';
