-- A spread lies in order, and only where there is a rank.
select area_code, index_name, rank_low, rank_median, rank_high, spread_scope
from index_score
where not (rank_low <= rank_median and rank_median <= rank_high and rank_low >= 1)
    or (spread_scope is null and rank_low is not null) or (spread_scope is null) != (coalesce(rank_nation, rank_region, rank_authority) is null)
