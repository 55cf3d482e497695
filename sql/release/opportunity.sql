/*
title: Candidate buildings and sites, with the evidence - so far publicly owned brownfield sites
key: [opportunity_id]
columns:
  opportunity_id: identifier of the row, made from the place
  place_id: the place (see table place)
  area_code: small area the site lies in
  kind: kind of place
  name: name or address
  owner_kind: public or mixed, as the council's register states
  competing_allocation: what the site is allocated for first
  evidence: what the row rests on
  as_at: date of the council's entry; registers on record are several years old
  longitude: {description: longitude (WGS 84), unit: degrees}
  latitude: {description: latitude (WGS 84), unit: degrees}
*/
select
    'o' || place_id as opportunity_id, place_id, area_code, kind, name, owner_kind, 'housing' as competing_allocation,
    'listed in the brownfield land register as owned by a public authority' || if(owner_kind = 'mixed', ' in part', '') as evidence,
    as_at::date as as_at, round(longitude, 6) as longitude, round(latitude, 6) as latitude
from places
where area_code in (from scope) and publish = 'rows' and kind = 'brownfield_site' and owner_kind in ('public', 'mixed')
order by opportunity_id
