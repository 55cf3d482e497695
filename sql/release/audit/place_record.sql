/*
title: One row per present source record behind the places shown, with its source and licence
key: [source, source_id]
columns:
  place_id: the place the record belongs to
  source: the source of the record
  source_id: the source's identifier; a hash where the source has none and several columns stand in for it
  kind: kind of place the record says it is
  name: name as the source gives it, without markup
  status: whether it is open, as the source says
  area_code: small area the record's own point lies in
  owner_kind: who owns it, as the source states; null is not known
  owner_name: "the body that owns it, never a person, where the source is its register; null is not known"
  tenure: by what right its owner holds it, as the source states; null is not known
  tenure_band: "how long those who use it may stay, by what the source states; unknown where it states a tenure and not for how long"
  lease_ends: when the lease that the source tells of ends; null is not known
  unexpired_years: {description: complete years from as_at to lease_ends, unit: years}
  use_state: what is done with it, as the source states; null is not known
  acv_flag: whether the source, its owner's register, calls it listed for its community value; null is not said
  register_words: "what it is, in the words of the source, where it is its owner's register or a list of heritage at risk"
  uprn: unique property reference number, as the source gives it, without leading zeros
  run_by: who runs it, as the source states; null is not known
  opening_hours: when it is open, as the source states; null is not known
  hours_per_week: {description: "how long it is open in a week, as the source states; null is not known", unit: hours}
  shares_with: "what it shares its building with, as the source states; null where none is named"
  point_quality: how near the point is to the door
  as_at: date of the record, or of its source
  outcome: {description: what became of the record, term: outcome}
  rule: the rule that decided the outcome
  licence: licence of the source
  longitude: {description: longitude (WGS 84), unit: degrees}
  latitude: {description: latitude (WGS 84), unit: degrees}
*/
select
    o.place_id, r.source, r.source_id, r.kind, r.name, r.status, r.area_code, r.owner_kind, r.owner_name, r.tenure, r.tenure_band,
    r.lease_ends::date as lease_ends, r.unexpired_years::integer as unexpired_years, r.use_state, r.acv_flag, r.register_words, r.uprn, r.run_by, r.opening_hours,
    r.hours_per_week, r.shares_with, r.point_quality, r.as_at::date as as_at, o.outcome, o.rule, s.licence, round(r.longitude, 6) as longitude, round(r.latitude, 6) as latitude
from place_records as r
join record_outcomes as o using (record)
join source_register as s on s.source = r.source
where r.publish = 'rows' and r.is_current and o.place_id in (select place_id from places_shown)
order by r.source, r.source_id
