/* # expect: unknown_source.sql:7: sources: there is no source census_of_joy
title: Residents who test things
unit: "% of residents"
direction: neutral
grain: area
inputs: [ons_census_health_2021]
sources: [census_of_joy]
*/
select lsoa21_code as area_code, 1 as value from ons_census_health_2021
