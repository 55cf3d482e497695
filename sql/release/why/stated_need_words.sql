/*
title: What community bodies say they need, in their own words, where any did - each with the consent of the body, none naming anybody
key: [line]
inputs: [needs]
columns:
  line: number among those shown, in the order of needs.csv
  area_code: area it was stated for (see table why.stated_need)
  kind: "kind of place that is needed, or other"
  words: what the body says
  body_kind: what kind of body says it
  stated_on: day it was stated
*/
select row_number() over (order by line)::integer as line, area_code, kind, words, body_kind, stated_on::date as stated_on
from needs
where words is not null
order by line
