-- expect: pub
update kind set is_fixed = false where kind = 'pub';
