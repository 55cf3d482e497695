-- expect: S99000001
update neighbourhood_kinds set n_kinds_unknown = n_kinds_unknown + 1, kinds_unknown = concat_ws(',', nullif(kinds_unknown, ''), 'pub') where area_code = 'S99000001';
