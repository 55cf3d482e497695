-- expect: coops_uk_2023
update place_kind set sources = sources || ', coops_uk_2023' where place_id = 'p0031139d6cb648' and kind = 'pub';
