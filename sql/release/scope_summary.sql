/*
title: How each authority and region stands as a whole, as the official indices tell it - one row per index and scope
key: [index_name, scope, scope_code]
columns:
  index_name: name of the index
  scope: {description: what is summed up, term: scope}
  scope_code: its code
  scope_name: its name
  ranked_in: the scope whose ranks are summed up
  n_areas: number of its small areas, all of them ranked
  population: {description: usual residents on census day; official summaries take mid-year estimates, unit: residents}
  average_rank: mean rank weighted by residents, where the highest rank number is the greatest need (the other way round than rank_nation)
  average_score: mean score weighted by residents
  share_in_highest_tenth: share (0-1) of its areas among the 10 % of greatest need
  extent: share (0-1) of residents who live in areas of high need, whole in the highest tenth and ever less down to three tenths
  local_concentration: average rank of its areas of greatest need that hold exactly a tenth of its residents
  n_scopes: how many authorities or regions are ranked by these measures
  rank_by_average_rank: rank of the authority or region, 1 = greatest need, by average_rank
  rank_by_average_score: the same by average_score
  rank_by_share_in_highest_tenth: the same by share_in_highest_tenth
  rank_by_extent: the same by extent
  rank_by_local_concentration: the same by local_concentration
*/
select index_name, scope, scope_code, scope_name, ranked_in, n_areas::integer as n_areas, population::integer as population, average_rank, average_score,
    share_in_highest_tenth, extent, local_concentration, n_scopes::integer as n_scopes, rank_by_average_rank::integer as rank_by_average_rank,
    rank_by_average_score::integer as rank_by_average_score, rank_by_share_in_highest_tenth::integer as rank_by_share_in_highest_tenth,
    rank_by_extent::integer as rank_by_extent, rank_by_local_concentration::integer as rank_by_local_concentration
from scope_summaries
order by index_name, scope, scope_code
