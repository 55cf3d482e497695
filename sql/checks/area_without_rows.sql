/* Every area has every indicator, every index and an outline: a silent gap is worse than a null. */
with expected as (
    select n.area_code, i.indicator as name from neighbourhood as n cross join indicator as i
    union all
    select n.area_code, m.index_name from neighbourhood as n cross join (select distinct index_name from index_member) as m
    union all
    select area_code, 'shape' from neighbourhood
),
found as (
    select area_code, indicator as name from indicator_value
    union all
    select area_code, index_name from index_score
    union all
    select area_code, 'shape' from neighbourhood_shape
)
select * from expected anti join found using (area_code, name)
