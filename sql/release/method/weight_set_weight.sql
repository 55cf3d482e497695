/*
title: The weight of every domain in every weight set
key: [index_name, weight_set, domain]
columns:
  index_name: name of the index
  weight_set: name of the set (see table method.weight_set)
  domain: name of the domain
  weight: {description: "weight of the domain; the weights of a set add up to 1", unit: share}
*/
select index_name, weight_set, domain, weight
from weight_set_weights
order by index_name, weight_set, domain
