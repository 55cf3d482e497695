-- expect: coops_uk_2023
update place set owner_source = 'coops_uk_2023' where place_id = 'p0031139d6cb648';
