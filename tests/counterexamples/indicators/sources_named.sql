/* # expect: sources_named.sql:7: sources: Extra inputs are not permitted
title: Residents who test things
unit: "% of residents"
direction: neutral
grain: area
inputs: [ons_census_health_2021]
sources: [ons_census_health_2021]
*/
select lsoa21_code as area_code, 1 as value from ons_census_health_2021
