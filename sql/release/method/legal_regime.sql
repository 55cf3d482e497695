/*
title: The laws on listings, dated - which is in force by what, and which is not known to be, so that nothing follows from it
key: [regime]
inputs: [listings]
columns:
  regime: the law, by the name it has in other tables
  title: what it is about
  enactment: the Act and its sections
  regulations: the regulations made under it; null is none
  url: where it can be read
  extent: where it holds
  status: whether it is in force, as far as we know
  enacted: day of Royal Assent
  in_force_from: day from which it is in force; null is not known
  in_force_until: last day on which it was; null is no end known
  commenced_by: the instrument that brought it into force; null is not known
  looked_on: day on which we last looked
  periods: the periods it sets, each with its provision; each begins with its first day
  says: what is said of it wherever it is told
*/
from legal_regimes
order by regime
