/*
title: What each index is made of - every weight, how it is scaled, and why
key: [index_name, domain, member]
columns:
  index_name: name of the index
  domain: {description: domain of the index, term: domain}
  domain_title: the domain in words
  domain_weight: weight of the domain in the index
  member: the indicator (or other index) in the domain
  member_weight: weight of the member in its domain
  nominal_weight: {description: "share (0-1) of the index's weight that the definition gives the member; what no source tells yet takes the rest; null where it stands beside the index", term: effective weight}
  effective_weight: {description: "share (0-1) it has in this release, where all that is read is known: what no source tells, and what is left out for all areas, weighs nothing, in its domain or in the index", term: effective weight}
  is_in_index: false where the domain is published beside the index and is no part of it
  normalise: {description: how values are put on a scale, term: scale}
  target_0: value that scores 0, where normalise is target
  target_100: value that scores 100, where normalise is target
  domain_reason: why the domain has its weight
  reason: why the member has its weight
  left_out: "what of the member is left out for all areas alike, and why; null is nothing"
  outliers: what was done about outliers before values were put on a scale
  n_winsorised: how many values were brought in, where they were
*/
select index_name, domain, domain_title, domain_weight, member, member_weight, round(nominal_weight, 6) as nominal_weight, round(effective_weight, 6) as effective_weight, is_in_index, normalise, target_0, target_100, domain_reason, reason, left_out, outliers, n_winsorised::integer as n_winsorised
from index_register
order by index_name, domain, member
