-- expect: coops_uk_2023
insert into correction (line, place_id, field, source_value, source) values (1, 'p0', 'name', 'A name', 'coops_uk_2023');
