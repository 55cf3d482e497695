-- expect: mhclg_acv_current|9700001
update legal_date set regime = 'community_right_to_buy_2026' where listing_id = 'mhclg_acv_current|9700001';
