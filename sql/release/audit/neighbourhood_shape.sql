/*
title: The outline of each small area at full resolution, for joins (the GeoJSON outlines are simplified)
key: [area_code]
columns:
  area_code: code of the small area
  geometry: outline as GEOMETRY, longitude then latitude, WGS 84 (EPSG:4326)
*/
select area_code, st_geomfromwkb(wkb) as geometry
from shapes
semi join areas_asked using (area_code)
order by area_code
