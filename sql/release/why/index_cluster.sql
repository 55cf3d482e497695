/*
title: Where high or low scores of an index lie together - local Moran's I among the areas of this release
key: [area_code, index_name]
columns:
  area_code: code of the small area
  index_name: name of the index (see table index_score)
  class: {description: whether the area is in a cluster; high is more need or opportunity than the mean of the areas of this release, term: cluster}
  p_value: share (0-1) of 9,999 draws of other areas in place of the neighbours that are as extreme, both tails; null where not_scored
  is_significant_fdr: true where the p-value holds at a false discovery rate of 5 % (Benjamini-Hochberg) over the areas of this release; null where not_scored
*/
select area_code, index_name, class, p_value, is_significant_fdr
from index_clusters
semi join areas_asked using (area_code)
order by area_code, index_name
