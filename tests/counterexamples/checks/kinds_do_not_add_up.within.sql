-- expect: S99000001
update neighbourhood_kinds set n_kinds_within_15_min = n_kinds_within_15_min + 1 where area_code = 'S99000001';
