/*
title: Local charities that work in the authority
unit: per 1,000 residents of the authority
direction: higher_is_more_opportunity
grain: area
inputs: [ccew_charities_current, ccew_charity_areas_current, areas]
null_reason: no_denominator
note: "one figure per authority, given to each of its areas; charities on the register for three years or more that say they work in local authorities alone, ten at most; not known for the districts of counties, as the register names the county, nor where a tenth of those named are not on the register; by where they say they work, not by their address"
*/
with active as (
    select c.organisation_number
    from ccew_charities_current as c
    where c.linked_charity_number = 0
        and lower(c.status) = 'registered'
        and c.registered <= (select max(extracted) from ccew_charities_current) - interval 3 year
),
local as (
    select organisation_number
    from ccew_charity_areas_current
    group by organisation_number
    having bool_and(lower(area_type) = 'local authority') and count(distinct area_name) <= 10
),
named as (
    select
        o.authority_code,
        count(distinct o.organisation_number) filter (where a.organisation_number is not null) as n,
        -- two files of one register: where they do not belong together, a count is not known, and no zero
        count(distinct c.organisation_number) >= 0.9 * count(distinct o.organisation_number) as belongs
    from ccew_charity_areas_current as o
    left join ccew_charities_current as c using (organisation_number)
    left join (select * from active join local using (organisation_number)) as a using (organisation_number)
    where o.authority_code is not null and lower(o.area_type) = 'local authority'
    group by o.authority_code
),
residents as (
    select authority_code, sum(population) as n from areas group by authority_code
)
select
    a.area_code,
    case when n.belongs then 1000.0 * n.n / nullif(r.n, 0) end as value,
    -- without either file the reason is that it could not be read
    if(n.belongs or (select count(*) from ccew_charities_current) = 0 or (select count(*) from ccew_charity_areas_current) = 0, null, 'not_covered') as null_reason
from areas as a
left join named as n using (authority_code)
left join residents as r using (authority_code)
