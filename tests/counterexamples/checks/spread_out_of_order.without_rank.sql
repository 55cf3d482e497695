-- expect: S99000001
update index_score set rank_nation = null, rank_region = null, rank_authority = null where area_code = 'S99000001' and index_name = 'hardship';
