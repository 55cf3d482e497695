/*
title: One row per area, index and domain
row: "small area, index and domain"
example: "select index_name, domain, area_code, score, rank_nation from domain_score where rank_nation <= 3 order by index_name, domain, rank_nation"
key: [area_code, index_name, domain]
columns:
  area_code: code of the small area
  index_name: name of the index
  domain: {description: name of the domain, term: domain}
  score: score of the domain, greater is more need or opportunity
  rank_nation: rank in the nation, 1 = greatest; null where under 99 % of the nation has a score in this run
  weight_observed: {description: "share (0-1) of the domain's weight that is observed", term: weight observed}
  n_known: how many of its indicators are known in the area
  n_members: how many some source tells; the index may need so many of them known (method.index_method.least_known)
*/
select area_code, index_name, domain, score, rank_nation::integer as rank_nation, weight_observed, n_known::integer as n_known, n_members::integer as n_members
from domain_scores
semi join areas_asked using (area_code)
order by area_code, index_name, domain
