-- expect: indicator_value
insert into indicator_value select * replace ('S99999999' as area_code) from indicator_value limit 1;
