-- expect: S99000001
update index_score set rank_low = 0 where area_code = 'S99000001' and index_name = 'hardship';
