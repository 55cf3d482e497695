/*
title: Grants to organisations over the last five whole years of the list
unit: "£ per resident of the authority, nominal"
direction: higher_is_more_opportunity
grain: area
inputs: [grant_continuity, areas]
null_reason: suppressed
note: "one figure per authority, given to each of its areas; the council's own grants to organisations, as awarded and not adjusted for prices; not known where no list of grants was read, or it does not hold five whole years"
*/
with latest as (
    select authority_code, year, gbp_nominal_per_resident_5_years as value
    from grant_continuity
    where is_whole
    qualify row_number() over (partition by authority_code order by year desc) = 1
),
held as (select authority_code, count(*) filter (where is_whole) as n_whole from grant_continuity group by authority_code)
select
    a.area_code,
    l.value,
    case
        when (select count(*) from grant_continuity) = 0 then null     -- no list could be read
        when h.n_whole is null or h.n_whole < 5 then 'not_covered'
    end as null_reason,
    make_date(l.year::integer, 12, 31) as as_at
from areas as a
left join latest as l using (authority_code)
left join held as h using (authority_code)
