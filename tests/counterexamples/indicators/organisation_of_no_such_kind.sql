/* # expect: organisation_of_no_such_kind.sql:7: kinds: library is not a kind of organisation
title: Organisations that test things
unit: "per 1,000 residents"
direction: neutral
grain: area
inputs: [organisation, areas]
kinds: [library]
*/
select area_code, 1 as value from areas
