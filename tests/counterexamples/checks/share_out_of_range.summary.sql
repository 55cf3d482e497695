-- expect: 1.5
update scope_summary set extent = 1.5 where index_name = 'hardship' and extent is not null;
