-- expect: S99000001
delete from typology where area_code = 'S99000001';
