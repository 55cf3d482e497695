/* Every area a row speaks of is one of the release's areas. */
select 'indicator_value' as table_name, area_code from indicator_value anti join neighbourhood using (area_code)
union all
select 'index_score', area_code from index_score anti join neighbourhood using (area_code)
union all
select 'domain_score', area_code from domain_score anti join neighbourhood using (area_code)
union all
select 'neighbourhood_place', area_code from neighbourhood_place anti join neighbourhood using (area_code)
union all
select 'neighbourhood_shape', area_code from neighbourhood_shape anti join neighbourhood using (area_code)
