-- expect: pub
update kind set is_public = false where kind = 'pub';
