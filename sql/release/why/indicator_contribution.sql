/*
title: How much each indicator pushed an area's score up or down - those of a domain add up to the domain's contribution
key: [area_code, index_name, indicator]
columns:
  area_code: code of the small area
  index_name: name of the index
  domain: name of the domain
  indicator: name of the indicator (or index) in it
  contribution: {description: "what it adds to (or takes from) the score (its natural logarithm, of a geometric mean); null where it is not known", term: contribution}
  method: how the contribution is worked out
*/
select area_code, index_name, domain, indicator, contribution, method
from indicator_contributions
order by area_code, index_name, indicator
