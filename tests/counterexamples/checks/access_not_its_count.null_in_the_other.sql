-- expect: S99000001
update neighbourhood_reach set access_3sfca_per_1000 = null where area_code = 'S99000001' and kind = 'pub';
