/*
title: Which choice of method moves ranks most - Sobol indices of the mean absolute rank shift over all ranked areas
key: [index_name, choice]
columns:
  index_name: name of the index
  choice: what is chosen
  n_options: how many options it has, each with equal chance
  options: the options; the first is what is published; with other options the shares are others
  first_order: share of the variance that this choice accounts for alone, V(E[Y|x]) / V(Y)
  first_order_interval: half-width of its 95 % interval over resamples
  total: share with all that it does together with others, 1 - V(E[Y|all but x]) / V(Y)
  total_interval: half-width of its 95 % interval over resamples
*/
select index_name, choice, n_options::integer as n_options, options, first_order, first_order_interval, total, total_interval
from index_sensitivities
order by index_name, choice
