-- expect: pub
update kind set kind_group = 'organisation' where kind = 'pub';
