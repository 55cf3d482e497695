/*
title: How each MSOA, ward, authority and region stands as a whole, as the official indices tell it - one row per level, code and index
row: larger area and index
example: "select level, name, index_name, rank_by_average_score, n_of_level, share_in_highest_tenth from area_roll_up where level = 'authority' order by index_name, rank_by_average_score"
key: [level, code, index_name]
columns:
  level: "what is summed up: msoa, ward, authority or region. A level of which no look-up is read is absent: so far Westminster constituencies"
  code: its code
  name: its name
  authority_code: authority that all of it lies in; null for a region, and where it lies in several
  authority_name: name of that authority
  index_name: name of the index
  ranked_in: {description: the scope whose ranks of small areas are summed up, term: scope}
  ranked_in_code: code of that scope
  n_areas: number of its small areas
  n_areas_scored: number of them with a score; a row is here only where they are at least 99 %
  residents: {description: "residents of all its small areas, by whom those scored are weighted", unit: residents}
  residents_as: when these residents were counted or estimated
  average_score: mean score of its small areas, weighted by residents
  average_rank: "mean of the ranks of its small areas, weighted by residents, as others publish it for comparison: it runs the other way than every other rank here, for the lowest need counts 1 in it, so that the highest number is the greatest need; it is no rank itself"
  share_in_highest_tenth: share (0-1) of its small areas among the 10 % of greatest need
  extent: "share (0-1) of residents who live in small areas of high need: whole in the highest 10 %, 0.95 in the next percentile and by equal steps down to 0.05 in the 30th, not beyond"
  local_concentration: "average rank (the highest number is the greatest need) of its small areas of greatest need that hold exactly a tenth of its residents"
  n_of_level: how many of its level are ranked in that scope
  rank_by_average_score: rank among those, 1 = greatest need, by average_score
  rank_by_average_rank: the same by average_rank
  rank_by_share_in_highest_tenth: the same by share_in_highest_tenth
  rank_by_extent: the same by extent
  rank_by_local_concentration: the same by local_concentration
*/
select level, code, name, authority_code, authority_name, index_name, ranked_in, ranked_in_code, n_areas::integer as n_areas,
    n_areas_scored::integer as n_areas_scored, residents::integer as residents, residents_as, average_score, average_rank,
    share_in_highest_tenth, extent, local_concentration, n_of_level::integer as n_of_level,
    rank_by_average_score::integer as rank_by_average_score, rank_by_average_rank::integer as rank_by_average_rank,
    rank_by_share_in_highest_tenth::integer as rank_by_share_in_highest_tenth, rank_by_extent::integer as rank_by_extent,
    rank_by_local_concentration::integer as rank_by_local_concentration
from roll_ups
order by index_name, level, code
