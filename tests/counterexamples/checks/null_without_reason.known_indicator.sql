-- expect: adult_low_skills_pct
update indicator_value set null_reason = 'suppressed' where area_code = 'S99000001' and indicator = 'adult_low_skills_pct';
