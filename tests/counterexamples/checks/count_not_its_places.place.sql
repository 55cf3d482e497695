-- expect: S99000001
-- also: loss_does_not_add_up
delete from neighbourhood_place where area_code = 'S99000001' and place_id = 'p07c6df72d4edfa' and kind = 'community_centre';
