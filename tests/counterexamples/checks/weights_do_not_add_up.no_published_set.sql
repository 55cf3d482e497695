-- expect: hardship
delete from weight_set where index_name = 'hardship' and weight_set = 'expert';
