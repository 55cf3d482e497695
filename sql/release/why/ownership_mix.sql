/*
title: Who owns and runs the open places that lists have in an area - a count an area, kind and owner, those not known among them
key: [area_code, kind, owner_kind]
columns:
  area_code: code of the small area the places lie in
  kind: kind of place (see table kind); those that count within reach, each place once a kind
  owner_kind: who owns them, as far as anybody says; unknown where nobody does
  n_places: {description: "open places of the kind with that owner that may be shown one by one", unit: places}
  n_run_by_community: {description: "of these, those that a community runs", unit: places}
*/
select p.area_code, k.kind, coalesce(p.owner_kind, 'unknown') as owner_kind, count(*)::integer as n_places,
    count(*) filter (p.run_by = 'community')::integer as n_run_by_community
from places as p
join place_kinds as k using (place_id)
join kind_register as r on r.kind = k.kind
where k.is_counted and r.kind_group in ('place', 'space') and r.subset_of is null
    and p.area_code in (from areas_asked) and p.place_id in (select place_id from places_shown)
group by all
order by all
