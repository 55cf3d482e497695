/* Access is null exactly where nobody looked, 0 where no place is within reach, and never below 0. */
select area_code, kind, coverage, n_within_15_min, access_e2sfca_per_1000, access_3sfca_per_1000
from neighbourhood_reach
where (access_e2sfca_per_1000 is null) != (coverage = 'unknown')
    or (access_3sfca_per_1000 is null) != (coverage = 'unknown')
    or least(access_e2sfca_per_1000, access_3sfca_per_1000) < 0
    or (n_within_15_min = 0 and greatest(access_e2sfca_per_1000, access_3sfca_per_1000) > 0)
