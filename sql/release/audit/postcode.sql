/*
title: Which small area each live postcode of the areas asked lies in
key: [postcode]
inputs: [postcodes]
columns:
  postcode: postcode without spaces
  area_code: small area its point lies in
*/
select postcode, area_code
from postcodes
where is_live and area_code in (from areas_asked)
order by postcode
