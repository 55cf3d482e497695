/* # expect: unknown_input.sql:6: inputs: census_of_joy is neither a source nor one of areas, organisation, grant_continuity, tenure, reach
title: Residents who test things
unit: "% of residents"
direction: neutral
grain: area
inputs: [census_of_joy]
*/
select lsoa21_code as area_code, 1 as value from ons_census_health_2021
