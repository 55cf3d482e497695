/* # expect: unknown_header_key.sql:6: grains: Extra inputs are not permitted
title: Residents who test things
unit: "% of residents"
direction: neutral
grain: area
grains: area
inputs: [ons_census_health_2021]
*/
select lsoa21_code as area_code, 1 as value from ons_census_health_2021
