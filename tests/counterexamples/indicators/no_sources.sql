/* # expect: no_sources.sql:7: sources: List should have at least 1 item
title: Residents who test things
unit: "% of residents"
direction: neutral
grain: area
inputs: [ons_census_health_2021]
sources: []
*/
select lsoa21_code as area_code, 1 as value from ons_census_health_2021
