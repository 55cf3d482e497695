/*
title: What would have to change for an area to leave the highest-need tenth of its scope - one thing at a time, all other areas as they are
key: [area_code, index_name, level, name]
columns:
  area_code: code of a small area in the highest-need tenth of its widest scope (see index_score.spread_scope)
  index_name: name of the index
  level: what would change
  domain: name of the domain
  name: name of the domain or indicator that would change
  value: what it is now; a domain's is its score, an indicator's is in its own unit (table indicator)
  value_needed: at this value, or beyond it towards less need, the area would leave; null where this alone could not take it out
*/
select area_code, index_name, level, domain, name, value, value_needed
from highest_tenth_changes
order by area_code, index_name, level, name
