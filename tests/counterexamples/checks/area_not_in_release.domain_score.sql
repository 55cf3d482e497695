-- expect: domain_score
insert into domain_score select * replace ('S99999999' as area_code) from domain_score limit 1;
