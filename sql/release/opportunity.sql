/*
title: Candidate buildings and sites, with the evidence and its age; a row is somewhere to look, not an offer
key: [opportunity_id]
row_licence: [opportunity_id, place_id, area_code, kind, name, what, owner_kind, run_by, competing_allocation, evidence, licence, longitude, latitude]
inputs: [brownfield_site]
columns:
  opportunity_id: identifier of the row, made from the place and what it is
  place_id: the place (see table place)
  area_code: small area it lies in
  kind: kind of place
  name: name or address
  what: what makes it a candidate
  owner_kind: who owns it, as a source states; null is not known
  run_by: who runs or ran it, as a source states; null is not known
  competing_allocation: what the site is allocated for first; null is none known
  evidence: what the row rests on
  as_at: date of that evidence by its own source, whatever newer lists also hold the place; null is undated
  is_too_old: true where the evidence is older than three years, or undated, and so enters no score
  licence: licence of the row, that of the place (see table licence)
  longitude: {description: longitude (WGS 84), unit: degrees}
  latitude: {description: latitude (WGS 84), unit: degrees}
*/
with found as (
    select
        place_id, 'brownfield_site' as kind, 'public_site' as what, 'housing' as competing_allocation, owner_as_at as as_at,
        'listed in the brownfield land register as owned by a public authority' || if(owner_kind = 'mixed', ' in part', '') as evidence
    from places
    where kind = 'brownfield_site' and owner_kind in ('public', 'mixed')
    union all
    select e.place_id, e.kind, 'closed_place', null, e.since, e.evidence || '; present use and owner are not known'
    from place_events as e
    join place_kinds as k on k.place_id = e.place_id and k.kind = e.kind and k.status = 'closed'
    where e.event = 'closed' and e.is_confirmed and e.kind in (select kind from kind_register where counts_for_reach and kind_group = 'place')
    qualify row_number() over (partition by e.place_id, e.kind order by e.since desc nulls last, e.event_id) = 1
)
select
    'o' || substr(f.place_id, 2) || '_' || f.what || '_' || f.kind as opportunity_id, f.place_id, p.area_code, f.kind, p.name, f.what, p.owner_kind,
    p.run_by, f.competing_allocation, f.evidence, f.as_at::date as as_at, coalesce(f.as_at < (select evidence_since from release_facts), true) as is_too_old, p.licence,
    round(p.longitude, 6) as longitude, round(p.latitude, 6) as latitude
from found as f
join places as p using (place_id)
where p.area_code in (from areas_asked) and p.publish = 'rows' and f.place_id in (select place_id from places_shown)
    and p.in_community_hands is null
order by opportunity_id
