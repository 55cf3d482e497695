-- expect: shape
delete from neighbourhood_shape where area_code = 'S99000001';
