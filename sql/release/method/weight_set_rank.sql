/*
title: The rank of every area by every weight set
key: [area_code, index_name, weight_set]
columns:
  area_code: code of the small area
  index_name: name of the index
  weight_set: name of the set (see table method.weight_set); expert is what is published
  rank_scope: {description: the scope the rank is in (see index_score.spread_scope), term: scope}
  rank: rank in that scope, 1 = greatest need or opportunity
*/
select area_code, index_name, weight_set, rank_scope, rank::integer as rank
from weight_set_ranks
semi join areas_asked using (area_code)
order by area_code, index_name, weight_set
