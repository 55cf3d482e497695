-- expect: hardship
update index_score set score = null, null_reason = 'not_covered', rank_nation = null, rank_authority = null where area_code = 'S99000001' and index_name = 'hardship';
