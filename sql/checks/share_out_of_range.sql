/* Shares lie between 0 and 1, percentages between 0 and 100. */
select area_code, index_name as name, weight_observed as value from index_score where weight_observed not between 0 and 1
union all
select area_code, index_name, worst_decile_share from index_score where worst_decile_share not between 0 and 1
union all
select code, index_name, value
from (unpivot (select code, index_name, extent, share_in_highest_tenth from area_roll_up) on extent, share_in_highest_tenth)
where value not between 0 and 1
union all
select area_code, indicator, value from indicator_value where indicator like '%\_pct' escape '\' and value not between 0 and 100
