-- expect: index_score
insert into index_score select * replace ('S99999999' as area_code) from index_score where null_reason is null limit 1;
