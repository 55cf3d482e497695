-- expect: osm_places_london
insert into place_record select * replace ('osm_places_london' as source, 'closed' as status) from place_record where place_id = 'p0031139d6cb648' limit 1;
