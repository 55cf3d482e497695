/*
title: Where each list looked for each kind - one row per kind, list that it is counted from and authority that the list claims
key: [kind, source, authority_code]
columns:
  kind: {description: kind of place (see table kind), term: kind}
  source: the list
  authority_code: authority that the list claims to cover
  n_listed: {description: places of the kind that the list holds there now, unit: places}
  n_expected: {description: "places that the median of like authorities would give it; null for a list that claims to be complete", unit: places}
  judged_by: "what the number listed was judged by: the authority itself or, where fewer than 10 are expected, its region or the nation; claim is a list that claims to be complete"
  is_looked_for: "whether the list looked for the kind there; where it did not, none listed is not known, and never none"
*/
select kind, source, authority_code, n_listed::integer as n_listed, n_expected, judged_by, is_looked_for
from list_covers
where authority_code in (select authority_code from areas semi join areas_asked using (area_code))
order by kind, source, authority_code
