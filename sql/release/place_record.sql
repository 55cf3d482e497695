/*
title: One row per source record behind the places shown, with its source and licence
key: [source, source_id]
columns:
  place_id: the place the record belongs to
  source: the source of the record
  source_id: the source's identifier, or its name and coordinates where it has none
  kind: kind of place the record says it is
  name: name as the source gives it, without markup
  area_code: small area the point lies in
  owner_kind: public, mixed or not_public as the source states; null is not known
  as_at: date of the record, or of its source
  licence: licence of the source
  longitude: {description: longitude (WGS 84), unit: degrees}
  latitude: {description: latitude (WGS 84), unit: degrees}
*/
select
    r.place_id, r.source, r.source_id, r.kind, r.name, r.area_code, r.owner_kind, r.as_at::date as as_at, s.licence,
    round(r.longitude, 6) as longitude, round(r.latitude, 6) as latitude
from place_records as r
join source_register as s on s.source = r.source
where r.publish = 'rows'
    and (r.area_code in (from scope) or r.place_id in (select place_id from places_in_reach where publish = 'rows'))
order by r.source, r.source_id
