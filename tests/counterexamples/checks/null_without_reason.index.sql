-- expect: hardship
update index_score set null_reason = 'suppressed' where area_code = 'S99000001' and index_name = 'hardship';
