/* # expect: reach_without_kinds.sql:1: file: kinds, and reach, national_reach, tenure or organisation among inputs, go together
title: Residents who test things
unit: "% of residents"
direction: neutral
grain: area
inputs: [reach]
*/
select area_code, 1 as value from reach
