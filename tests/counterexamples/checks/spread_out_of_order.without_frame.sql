-- expect: S99000001
update index_score set spread_scope = null where area_code = 'S99000001' and index_name = 'hardship';
