-- expect: S99000001
update release set tables = tables || ', stated_need, stated_need_words';
create table stated_need as select 'S99000001' as area_code, 'library' as kind, true as is_stated, 12 as n_statements;
create table stated_need_words as select 'S99000001' as area_code, 'library' as kind, 'We need one.' as words from range(3);
