-- expect: sports_club
update neighbourhood_reach set nearest_m = 120 where area_code = 'S99000001' and kind = 'sports_club';
