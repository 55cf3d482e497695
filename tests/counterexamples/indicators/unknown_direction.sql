/* # expect: unknown_direction.sql:4: direction: Input should be
title: Residents who test things
unit: "% of residents"
direction: upwards
grain: area
inputs: [ons_census_health_2021]
*/
select lsoa21_code as area_code, 1 as value from ons_census_health_2021
