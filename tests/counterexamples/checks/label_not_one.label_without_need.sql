-- expect: S99000001
update typology set need = 'unknown', label = (select min(label) from typology where label != 'not_enough_known') where area_code = 'S99000001';
