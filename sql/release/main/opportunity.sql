/*
title: Candidate buildings and sites, one row each; a row is somewhere to look, not an offer
row: candidate building or site
example: "select name, what, owner_kind, tenure, source, as_at, not_known from opportunity where not is_too_old order by authority_code, name limit 10"
key: [opportunity_id]
row_licence: [opportunity_id, place_id, area_code, kind, name, what, owner_kind, owner_name, tenure, tenure_band, lease_ends, unexpired_years, use_state, acv_flag, run_by, size_ha, competing_allocation, condition, evidence, source, n_evidence, as_at, is_too_old, legal_state, legal_next_date, legal_next_words, not_known, point_quality, licence, longitude, latitude]
inputs: [candidates]
columns:
  opportunity_id: identifier of the row, made from the place, or from the row of the register where it cannot be placed
  place_id: the place (see table place; every entry and date of the law joins by it, see table why.legal_listing); null where the register gives no address by which it could be placed
  area_code: small area it lies in; null where it cannot be placed
  authority_code: authority it lies in, or whose register lists it
  kind: kind of place it is or was
  name: name or address
  what: "what makes it a candidate, the first of its evidence (see table why.opportunity_evidence)"
  owner_kind: who owns it, as a source states; null is not known
  owner_name: name of the owner, where that is a public body; null is not known
  tenure: by what right its owner holds it; null is not known
  tenure_band: how long those who use it may stay, or a new user might, as far as its owner's own tenure goes
  lease_ends: when the lease ends that its register tells of; null is not known
  unexpired_years: {description: complete years of that lease at the date of the register, unit: years}
  use_state: what is done with it, as its owner's register states; null is not known
  acv_flag: whether its owner's register calls it listed for its community value; null is not said
  run_by: who ran it, as a source states; null is not known
  size_ha: {description: how large the site is; null is not known, unit: ha}
  competing_allocation: what the site is allocated for first; null is none known
  condition: its condition, where a register's words state it; null is not known
  evidence: what the row rests on first
  source: the source, or the lists, that say so
  n_evidence: how many pieces of evidence there are
  as_at: date of that evidence by its own source, whatever newer lists also hold the place; null is undated
  is_too_old: true where all its evidence is older than three years, or undated, and so enters no score
  legal_state: "state of the entry on its place in a register of assets of community value, on audit.release.legal_as_of, of several that to be watched first; not_listed only where the authority's own register was read and each of its entries is on a place of table place; null is not known"
  legal_next_date: day of what the law has next for that entry; null where nothing is ahead that is known
  legal_next_words: what that is
  not_known: what nobody states of it, separated by commas
  point_quality: how near the point is to the door; null where there is none
  licence: licence of the row, that of the place, or of its register (see table audit.licence)
  longitude: {description: longitude (WGS 84); null where it cannot be placed, unit: degrees}
  latitude: {description: latitude (WGS 84), unit: degrees}
*/
select
    opportunity_id, place_id, area_code, authority_code, kind, name, what, owner_kind, owner_name, tenure, tenure_band,
    lease_ends::date as lease_ends, unexpired_years::integer as unexpired_years, use_state, acv_flag, run_by, size_ha,
    competing_allocation, condition, evidence, source, n_evidence::integer as n_evidence, as_at::date as as_at, is_too_old,
    legal_state, legal_next_date::date as legal_next_date, legal_next_words, nullif(concat_ws(', ', not_known, legal_not_known), '') as not_known,
    point_quality, licence, round(longitude, 6) as longitude, round(latitude, 6) as latitude
from candidates left join candidate_law using (opportunity_id)
where place_id is null or place_id in (select place_id from places_shown)
order by opportunity_id
