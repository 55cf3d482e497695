-- expect: arts_centre
update neighbourhood_reach set access_e2sfca_per_1000 = 1 where area_code = 'S99000001' and kind = 'arts_centre' and n_within_15_min = 0;
