-- expect: 9
create table title_count as select area_code, 'other' as owner_kind, unnest(['all', 'freehold', 'leasehold']) as tenure, null::integer as n_titles, 'suppressed' as null_reason from neighbourhood;
update release set tables = tables || ', title_count';
update title_count set n_titles = 9, null_reason = null where tenure = 'all';
