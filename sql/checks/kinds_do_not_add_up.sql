/* Per area, the kinds in reach, missing and unknown are those of neighbourhood_reach, each counted once and each named. */
with counted as (
    select area_code, count(*) as n, count(*) filter (where coverage = 'unknown') as n_unknown,
        count(*) filter (where n_within_15_min > 0) as n_within, count(*) filter (where n_within_15_min = 0) as n_missing
    from neighbourhood_reach semi join (select kind from kind where subset_of is null and kind_group != 'site') using (kind)
    group by area_code
)
select area_code, k.*, c.* exclude (area_code)
from neighbourhood as a
left join neighbourhood_kinds as k using (area_code)
left join counted as c using (area_code)
where k.n_kinds_unknown is distinct from c.n_unknown
    or k.n_kinds_within_15_min is distinct from if(c.n_unknown = c.n, null, c.n_within)
    or k.n_kinds_missing is distinct from if(c.n_unknown = c.n, null, c.n_missing)
    or coalesce(len(string_split(nullif(k.kinds_missing, ''), ',')), 0) != coalesce(k.n_kinds_missing, 0)
    or coalesce(len(string_split(nullif(k.kinds_unknown, ''), ',')), 0) != k.n_kinds_unknown
