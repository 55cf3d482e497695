-- expect: adult_low_skills_pct
delete from indicator_value where area_code = 'S99000001' and indicator = 'adult_low_skills_pct';
