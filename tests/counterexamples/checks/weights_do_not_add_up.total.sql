-- expect: hardship
update weight_set_weight set weight = weight + 0.01 where index_name = 'hardship' and weight_set = 'expert' and domain = (select min(domain) from weight_set_weight where index_name = 'hardship' and weight_set = 'expert');
