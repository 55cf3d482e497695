/*
title: The five areas most alike in the domains of an index, wherever in the scope they are
key: [area_code, index_name, position]
columns:
  area_code: code of the small area
  index_name: name of the index
  position: 1 for the most alike
  peer_code: code of the area that is alike
  peer_name: its name
  peer_authority_name: the authority it is in
  distance: straight-line distance over domain scores in standard deviations; 0 is the same
*/
select p.area_code, p.index_name, p.position::integer as position, p.peer_code, a.area_name as peer_name, a.authority_name as peer_authority_name, p.distance
from area_peers as p
join areas as a on a.area_code = p.peer_code
order by p.area_code, p.index_name, p.position
