-- expect: ('o
update place set run_by = 'community', in_community_hands = true where place_id = (select min(place_id) from opportunity where what = 'public_site');
