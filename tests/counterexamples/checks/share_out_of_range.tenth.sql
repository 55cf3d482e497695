-- expect: 1.5
update index_score set worst_decile_share = 1.5 where area_code = 'S99000001' and index_name = 'hardship';
