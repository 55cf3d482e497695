/*
title: The places behind every count of a kind that is shown, one row per area and place within a 15-minute walk
row: "small area, kind and place within reach of it"
example: "select w.area_code, w.kind, name, minutes from neighbourhood_place as w join place using (place_id) order by w.area_code, minutes limit 10"
key: [area_code, kind, place_id]
columns:
  area_code: small area residents start from
  place_id: the place within reach
  kind: the kind it was counted as
  distance_m: {description: "walk, by the measure in audit.release.distance_measure", unit: m}
  minutes: {description: walking time at 80 metres a minute, unit: minutes}
  rule: how it came to be counted
*/
select area_code, place_id, kind, distance_m, minutes, rule
from places_in_reach
where kind in (select kind from kind_register where is_shown)
order by area_code, kind, place_id
