/*
title: Choice of community sports clubs within a 30-minute walk, near ones counting more
unit: "log of 1 + clubs"
direction: higher_is_less_need
grain: area
inputs: [national_reach]
kinds: [sports_club]
null_reason: no_denominator
note: "The natural logarithm of 1 + the clubs added up, so that the tenth adds less than the first; a club next door counts 1, one at 15 minutes 0.61, at 30 minutes 0.14, beyond that nothing; straight line lengthened by {detour} stands for the walk, to places on lists that cover the nation; a club stands at its registered postcode"
*/
select area_code, case when coverage != 'unknown' then ln(1 + choice) end as value, coverage, null_reason, as_at
from national_reach
