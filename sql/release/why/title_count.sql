/*
title: Titles to land in each area by kind of owner and tenure, placed by their postcode - counts of 10 and more alone, of an operator's own file, weighed in no index
key: [area_code, owner_kind, tenure]
inputs: [land_titles]
columns:
  area_code: small area
  owner_kind: what the register of titles says that the first owner is
  tenure: how the land is held
  n_titles: {description: "titles; null where they are fewer than 10, be it none, and of both tenures where either is", unit: titles}
  null_reason: {description: why there is no number, term: null reason}
  as_at: month that the file is of, by its first day; null where its name tells none
*/
select area_code, owner_kind, tenure, n_titles::integer as n_titles, null_reason, as_at::date as as_at
from title_counts
order by area_code, owner_kind, tenure
