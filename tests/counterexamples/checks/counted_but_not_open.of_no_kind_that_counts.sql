-- expect: pub
update kind set counts_for_reach = false where kind = 'pub';
