-- expect: no date and no reason
update legal_date set null_reason = null where listing_id = 'mhclg_acv_current|9700013' and event = 'listing_ends';
