-- expect: coops_uk_2023
insert into issue (source, row, "column", value, issue) values ('coops_uk_2023', 7, 'name', 'A name', 'not usable');
