/*
title: Households with green space within a walk
unit: "% of households"
direction: higher_is_less_need
grain: area
inputs: [areas, defra_green_space_2026]
null_reason: no_denominator
note: "an official statistic: within 15 minutes on the network of roads and paths; not known where the file that was read does not hold the area"
*/
select
    a.area_code,
    100.0 * g.n_near_green / nullif(g.n_households, 0) as value,
    if(g.lsoa21_code is null and (select count(*) from defra_green_space_2026) > 0, 'not_covered', null) as null_reason
from areas as a
left join defra_green_space_2026 as g on g.lsoa21_code = a.area_code
