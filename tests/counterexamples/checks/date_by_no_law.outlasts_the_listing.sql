-- expect: mhclg_acv_current|9700005
update legal_date set date = '2030-01-01' where listing_id = 'mhclg_acv_current|9700005' and event = 'protected_period_ends';
