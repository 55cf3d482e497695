-- expect: neighbourhood_shape
insert into neighbourhood_shape select * replace ('S99999999' as area_code) from neighbourhood_shape limit 1;
