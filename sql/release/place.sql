/*
title: Places whose licence lets them be shown one by one; those within reach from beyond the areas asked are included
key: [place_id]
columns:
  place_id: our identifier, kept from release to release
  kind: kind of place (see pipelines/definitions/taxonomy.yml)
  name: name, from name_source; null where the source gives none
  name_source: source of the name
  point_source: source of the coordinates
  area_code: small area the point lies in
  is_in_areas_asked: false for a place in the margin that residents of the areas asked can reach
  owner_kind: public, mixed or not_public as a source states; null is not known
  n_records: number of source records behind the place
  as_at: date of the evidence
  longitude: {description: longitude (WGS 84), unit: degrees}
  latitude: {description: latitude (WGS 84), unit: degrees}
*/
select
    place_id, kind, name, name_source, point_source, area_code, area_code in (from scope) as is_in_areas_asked, owner_kind, n_records,
    as_at::date as as_at, round(longitude, 6) as longitude, round(latitude, 6) as latitude
from places
where publish = 'rows'
    and (area_code in (from scope) or place_id in (select place_id from places_in_reach where publish = 'rows'))
order by place_id
