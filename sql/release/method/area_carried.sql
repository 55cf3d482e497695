/*
title: How values by an older vintage of areas were carried to each area, by the official exact-fit look-up
key: [area_code, source]
inputs: [older_areas]
columns:
  area_code: code of the small area
  source: source whose table is by the older vintage
  how_carried: {description: how values of the older areas became a value of this one, term: areal crosswalk}
  share: part (0-1) of the residents of the older areas it was made of that live in this one; a merged area's parts count alike
  null_reason: {description: "set where nothing could be carried, for the area is not covered, a part of it is not in the source, or the source is unavailable", term: null reason}
*/
select area_code, source, how_carried, share, null_reason
from carried
semi join areas_asked using (area_code)
order by area_code, source
