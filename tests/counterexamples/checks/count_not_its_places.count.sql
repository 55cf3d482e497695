-- expect: pub
-- also: loss_does_not_add_up
update neighbourhood_reach set n_within_15_min = n_within_15_min + 1 where area_code = 'S99000001' and kind = 'pub';
