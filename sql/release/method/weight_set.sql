/*
title: Several opinions of how much each domain counts, side by side - one row per index and set
key: [index_name, weight_set]
columns:
  index_name: name of the index
  weight_set: {description: name of the set; expert is what is published, term: weight set}
  title: the set in words
  origin: whose or what the weights are
  contributed_by: the organisation that holds this opinion, where it is contributed
  reason: why these weights
  citation: where they are taken from
*/
select index_name, weight_set, title, origin, contributed_by, reason, citation
from weight_sets
order by index_name, weight_set
