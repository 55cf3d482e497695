-- expect: S99000001
update neighbourhood_kinds set n_kinds_missing = n_kinds_missing + 1, kinds_missing = concat_ws(',', nullif(kinds_missing, ''), 'pub') where area_code = 'S99000001';
