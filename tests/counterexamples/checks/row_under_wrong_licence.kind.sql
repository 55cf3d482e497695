-- expect: osm_places_london
update place_kind set sources = 'osm_places_london' where place_id = 'p0031139d6cb648' and kind = 'pub';
