-- expect: osm_places_england
update place set licence = 'ogl3' where place_id = (select min(place_id) from place where name_source = 'osm_places_england' and place_id not in (select place_id from opportunity));
