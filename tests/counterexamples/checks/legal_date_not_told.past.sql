-- expect: the next date is past
update legal_date set date = '2026-09-29' where is_next and listing_id = 'mhclg_acv_current|9700001';
