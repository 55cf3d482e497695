-- expect: refused, and told as listed
update legal_listing set state = 'listed' where listing_id = 'mhclg_acv_current|9700010';
