/*
title: Places that may be shown one by one; those within reach from beyond the areas asked are included
row: place
example: "select kind, name, status, owner_kind, as_at, licence from place where is_in_areas_asked order by kind, name limit 10"
key: [place_id]
row_licence: [place_id, kind, name, published_name, name_source, point_source, point_quality, area_code, is_in_areas_asked, status, owner_kind, owner_name, owner_source, tenure, tenure_band, lease_ends, unexpired_years, tenure_source, tenure_as_at, use_state, acv_flag, register_words, use_source, use_as_at, size_ha, size_source, run_by, run_by_source, in_community_hands, opening_hours, hours_per_week, shares_with, hours_source, licence, longitude, latitude]
columns:
  place_id: {description: "our identifier, kept from release to release", term: place}
  kind: {description: "kind of place (see table kind); where it is several, the first of them", term: kind}
  kinds: every kind its records say it is, separated by commas
  name: "name, from name_source, one in capitals alone as people write it; null where the source gives none"
  published_name: name as name_source has it
  name_source: source of the name
  point_source: source of the coordinates
  point_quality: how near the point is to the door
  area_code: small area the point lies in
  is_in_areas_asked: false for a place in the margin that residents of the areas asked can reach
  status: "whether it is open, by its newest evidence; what confirms a closing is in table place_event"
  owner_kind: who owns it, as a source states; null is not known
  owner_name: "the body that owns it, never a person, where its own register lists it; null is not known"
  owner_source: source of owner_kind and owner_name
  tenure: "by what right its owner holds it, as tenure_source states; null is not known"
  tenure_band: {description: "how long those who use it may stay: where it is let, by the lease or licence they have, else by the owner's tenure; null where no register states it, unknown where one does and not for how long", term: tenure band}
  lease_ends: when the lease that tenure_source tells of ends; null is not known
  unexpired_years: {description: complete years from tenure_as_at to lease_ends, unit: years}
  tenure_source: "source of tenure, tenure_band, lease_ends and unexpired_years"
  tenure_as_at: date of that evidence
  use_state: "what is done with it, as its owner's register states; null is not known"
  acv_flag: whether its owner's register calls it listed for its community value; null is not said
  register_words: "what it is, in the words of the register that use_source names: its owner's, or a list of heritage at risk"
  use_source: "source of use_state, acv_flag and register_words: a register of its owner's, or another that says what it is"
  use_as_at: date of that evidence
  size_ha: {description: how large the site is; null is not known, unit: ha}
  size_source: source of size_ha
  run_by: who runs it, as a source states; null is not known
  run_by_source: source of run_by
  in_community_hands: "true where a community owns or runs it (see table why.community_evidence), so that it is no candidate; null is not known"
  opening_hours: when it is open, in the words of hours_source; null is not known
  hours_per_week: {description: how long it is open in a week; null is not known, unit: hours}
  shares_with: "what it shares its building with, separated by commas; null where none is named"
  hours_source: source of opening_hours, hours_per_week and shares_with
  n_records: number of present source records behind the place, of those that may be shown
  as_at: date of the newest evidence
  licence: "licence of the row, by what its name, point, owner, tenure, use, kind and being shut rest on (see table audit.licence)"
  longitude: {description: longitude (WGS 84), unit: degrees}
  latitude: {description: latitude (WGS 84), unit: degrees}
*/
select
    place_id, kind, kinds, name, published_name, name_source, point_source, point_quality, area_code, area_code in (from areas_asked) as is_in_areas_asked,
    status, owner_kind, owner_name, owner_source, tenure, tenure_band, lease_ends::date as lease_ends, unexpired_years::integer as unexpired_years,
    tenure_source, tenure_as_at::date as tenure_as_at, use_state, acv_flag, register_words, use_source, use_as_at::date as use_as_at, size_ha, size_source, run_by, run_by_source, in_community_hands,
    opening_hours, hours_per_week, shares_with, hours_source, n_records::integer as n_records, as_at::date as as_at, licence,
    round(longitude, 6) as longitude, round(latitude, 6) as latitude
from places
where place_id in (select place_id from places_shown)
order by place_id
