-- expect: 101
update indicator_value set value = 101 where area_code = 'S99000001' and indicator = 'adult_low_skills_pct';
