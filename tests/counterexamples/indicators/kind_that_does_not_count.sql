/* # expect: kind_that_does_not_count.sql:7: kinds: prison_library is not a kind that counts for reach
title: Residents who test things
unit: "% of residents"
direction: neutral
grain: area
inputs: [reach]
kinds: [prison_library]
*/
select area_code, 1 as value from reach
