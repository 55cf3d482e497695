-- expect: neighbourhood_place
-- also: count_not_its_places
insert into neighbourhood_place select * replace ('S99999999' as area_code) from neighbourhood_place limit 1;
