/*
title: Community benefit societies registered in the authority
unit: per 1,000 residents of the authority
direction: higher_is_more_opportunity
grain: area
inputs: [organisation, areas]
kinds: [community_benefit_society]
null_reason: suppressed
note: "one figure per authority, given to each of its areas; fewer than 10 are suppressed; by registered address"
*/
with counted as (
    select a.authority_code, count(p.place_id) as n
    from areas as a
    left join organisation as p on p.area_code = a.area_code and p.kind = 'community_benefit_society'
    group by a.authority_code
),
residents as (
    select authority_code, sum(population) as n from areas group by authority_code
)
select a.area_code, case when c.n >= 10 then 1000.0 * c.n / r.n end as value
from areas as a
join counted as c using (authority_code)
join residents as r using (authority_code)
