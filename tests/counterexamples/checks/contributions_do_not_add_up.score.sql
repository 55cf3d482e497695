-- expect: score
update index_score set score = score + 0.001 where area_code = 'S99000001' and index_name = 'hardship';
