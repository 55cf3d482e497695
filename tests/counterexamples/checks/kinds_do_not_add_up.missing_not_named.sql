-- expect: S99000001
update neighbourhood_kinds set kinds_missing = concat_ws(',', nullif(kinds_missing, ''), 'pub') where area_code = 'S99000001';
