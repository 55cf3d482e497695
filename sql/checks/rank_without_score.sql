/* A rank needs a score, and a score without rows of domains behind it cannot be explained. */
select area_code, index_name, rank_nation
from index_score
where score is null and (rank_nation is not null or rank_region is not null or rank_authority is not null)
