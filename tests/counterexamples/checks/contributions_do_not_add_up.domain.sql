-- expect: hardship
update indicator_contribution set contribution = contribution + 0.001 where area_code = 'S99000001' and index_name = 'hardship' and indicator = (select min(indicator) from indicator_contribution where index_name = 'hardship' and contribution is not null);
