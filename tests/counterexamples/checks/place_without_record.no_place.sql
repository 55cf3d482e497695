-- expect: counted but not a place
delete from place where place_id = 'p07c6df72d4edfa';
