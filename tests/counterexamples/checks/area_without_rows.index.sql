-- expect: hardship
delete from index_score where area_code = 'S99000001' and index_name = 'hardship';
