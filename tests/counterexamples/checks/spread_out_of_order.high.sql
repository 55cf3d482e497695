-- expect: S99000001
update index_score set rank_high = rank_median - 1 where area_code = 'S99000001' and index_name = 'hardship';
