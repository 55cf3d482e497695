-- expect: S99000001
update neighbourhood_kinds set kinds_unknown = concat_ws(',', nullif(kinds_unknown, ''), 'pub') where area_code = 'S99000001';
