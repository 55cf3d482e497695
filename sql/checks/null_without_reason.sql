/* A null has a reason, and a value has none. */
select area_code, indicator as name, value, null_reason
from indicator_value
where (value is null) != (null_reason is not null)
union all
select area_code, index_name, score, null_reason
from index_score
where (score is null) != (null_reason is not null)
