-- expect: -0.5
update neighbourhood_reach set access_3sfca_per_1000 = -0.5 where area_code = 'S99000001' and kind = 'pub';
