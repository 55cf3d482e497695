/*
title: How much each domain pushed an area's score up or down - adding up to the score exactly
key: [area_code, index_name, domain]
columns:
  area_code: code of the small area
  index_name: name of the index
  domain: name of the domain
  contribution: {description: "what the domain adds to (or takes from) starts_from; null where the domain is not known, or the score is zero and has no logarithm", term: contribution}
  starts_from: where every area of the scope starts; with all contributions it makes the score (method weighted difference, shapley) or its natural logarithm (difference of logs)
  method: how the contribution is worked out
*/
select area_code, index_name, domain, contribution, starts_from, method
from domain_contributions
order by area_code, index_name, domain
