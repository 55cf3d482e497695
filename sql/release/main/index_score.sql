/*
title: One row per area and index - score, ranks in four scopes, and how far ranks move
row: small area and index
example: "select index_name, area_name, authority_name, rank_nation, rank_low, rank_high, evidence_grade from index_score join neighbourhood using (area_code) where rank_nation <= 10 order by index_name, rank_nation"
key: [area_code, index_name]
columns:
  area_code: code of the small area
  index_name: name of the index (see table method.index_member)
  score: score, 0 to about 100, not rounded; greater is more need or opportunity; never compared across releases
  rank_nation: {description: "rank in the nation, 1 = greatest need or opportunity; null where under 99 % of the nation has a score in this run", term: rank}
  rank_region: rank in the region, by the same rule
  rank_authority: rank in the authority, by the same rule
  rank_like_areas: rank among areas of the same class (like_areas) in the nation, by the same rule
  decile_nation: {description: "tenth of the nation, 1 = highest need", term: tenth}
  rank_median: rank in the middle of all versions of the method (see table method.index_method), in the scope of spread_scope
  rank_low: {description: "rank at the 5 % point of the same versions, in that scope", term: spread}
  rank_high: rank at the 95 % point; a spread over method choices and data errors, not a confidence interval
  worst_decile_share: share (0-1) of those versions in which the area is among the 10 % of greatest need of that scope
  rank_shift_mean: how far those ranks are from the published one in that scope, on average
  spread_scope: {description: "the widest scope (nation, region, authority) in which the area has a rank; null where it has none", term: scope}
  weight_observed: {description: "share (0-1) of the index's weight that is observed and enters the score", term: weight observed}
  evidence_strength: {description: "share (0-1) of full evidence the score rests on: of the weight observed, less for lists that cover the area in part or hold few, for age, for gaps a small error would turn, and for what is modelled", term: evidence grade}
  evidence_grade: {description: "A to D: A is four fifths of full evidence or more, B three, C two", term: evidence grade}
  null_reason: {description: "set exactly where score is null; suppressed, with weight observed, where the index is withheld (audit.release.indices_withheld)", term: null reason}
*/
select
    area_code, index_name, score, rank_nation::integer as rank_nation, rank_region::integer as rank_region,
    rank_authority::integer as rank_authority, rank_like_areas::integer as rank_like_areas,
    decile_nation::integer as decile_nation, rank_median::integer as rank_median,
    rank_low::integer as rank_low, rank_high::integer as rank_high, worst_decile_share, rank_shift_mean, spread_scope,
    weight_observed, evidence_strength, evidence_grade, null_reason
from index_scores
left join index_spreads using (area_code, index_name)
semi join areas_asked using (area_code)
order by area_code, index_name
