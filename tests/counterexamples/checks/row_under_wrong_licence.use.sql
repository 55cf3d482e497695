-- expect: osm_places_london
update place set use_source = 'osm_places_london' where place_id = 'p0031139d6cb648';
