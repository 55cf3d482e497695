-- The weights of a set add up to one, and every index has its published set.
select index_name, weight_set, sum(weight) as total from weight_set_weight group by all having abs(sum(weight) - 1) > 1e-9
union all
select index_name, 'expert', null from index_method where index_name not in (select index_name from weight_set where weight_set = 'expert')
