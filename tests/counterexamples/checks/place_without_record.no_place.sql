-- expect: counted but not a place
-- also: loss_does_not_add_up
delete from place where place_id = 'p07c6df72d4edfa';
