-- expect: p0031139d6cb648
update place set in_community_hands = true where place_id = 'p0031139d6cb648';
