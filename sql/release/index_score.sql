/*
title: One row per area and index - score, ranks in four frames, and how sure
key: [area_code, index_name]
columns:
  area_code: code of the small area
  index_name: name of the index (see table index_member)
  score: score, 0 to about 100, not rounded; greater is more need or opportunity; never compared across releases
  rank_nation: rank in the nation, 1 = greatest need or opportunity; null where under 99 % of the nation has a score in this run
  rank_region: rank in the region, by the same rule
  rank_authority: rank in the authority, by the same rule
  rank_like_areas: rank among areas of the same rural-urban class in the nation, by the same rule
  decile_nation: tenth of the nation, 1 = highest need
  rank_low: rank_nation at the 5 % point of 100 versions of the method (weights +-25 %, one indicator left out)
  rank_high: rank_nation at the 95 % point of the same versions; a spread over method choices, not a confidence interval
  worst_decile_share: share (0-1) of those versions in which the area is among the 10 % of greatest need
  weight_observed: share (0-1) of the index's weight that is observed and enters the score
  evidence_grade: A to D, from what was observed, its age, and how much is partly covered or modelled
  null_reason: set exactly where score is null
*/
select
    area_code, index_name, score, rank_nation::integer as rank_nation, rank_region::integer as rank_region,
    rank_authority::integer as rank_authority, rank_like_areas::integer as rank_like_areas,
    decile_nation::integer as decile_nation, rank_low::integer as rank_low, rank_high::integer as rank_high,
    worst_decile_share, weight_observed, evidence_grade, null_reason
from index_scores
semi join scope using (area_code)
order by area_code, index_name
