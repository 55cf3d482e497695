-- expect: mhclg_acv_current|9700005
update legal_date set date_by_law = '2012-09-20' where listing_id = 'mhclg_acv_current|9700005' and event = 'full_moratorium_ends';
