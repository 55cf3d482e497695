/*
title: What changed since the last release - one row per change; places in the areas asked alone, and none of worship or for LGBT+ people. Absent in the first release and where nothing changed
row: change
example: "select level, change, authority_name, name, before, after, why from change order by row limit 20"
key: [row]
inputs: [last_release]
columns:
  row: "number of the row in the order of level, authority, change and name"
  change: what kind of change
  level: what changed
  code: its code or id, as the table of its level has it
  name: its name; null where it has none, or none that may be shown
  area_code: small area that changed, or that the place lies in
  area_name: name of that area
  msoa_name: middle layer area it lies in
  ward_name: ward it best fits
  authority_code: authority it lies in; null where no one authority changed
  authority_name: name of that authority
  kind: kind of place (see table kind)
  index_name: index whose rank, highest tenth or definition changed
  indicator: indicator whose value, coverage or definition changed
  scope: "the widest scope that the area has a rank in, which before and after are ranks in"
  before: "what it was: a value, rank, code, name or words; null is not known or not told"
  after: what it is, by the same rule
  value_before: the same as a number, where it is one - a value in the indicator's unit, a rank, a number of rows
  value_after: the same as a number, where it is one
  why: "why, as far as the two releases tell"
  evidence: "what says so: the lists, the event, the other place, the axes of a label, or the domain of a member"
  since_version: {description: the release that it is compared with, run_metadata: true}
*/
select row, change, level, code, name, area_code, area_name, msoa_name, ward_name, authority_code, authority_name, kind, index_name,
    indicator, scope, before, after, value_before, value_after, why, evidence, since_version
from changes
order by row
