-- expect: not counted as that kind
-- also: loss_does_not_add_up
update place_kind set is_counted = false where place_id = 'p07c6df72d4edfa' and kind = 'community_centre';
