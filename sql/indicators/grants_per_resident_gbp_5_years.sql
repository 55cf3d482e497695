/*
title: Grants to organisations over the last five whole years of the list
unit: "£ per resident of the authority, nominal"
direction: higher_is_more_opportunity
grain: area
inputs: [grant_continuity, areas]
null_reason: suppressed
note: "one figure per authority, given to each of its areas; the council's own grants to organisations, as awarded and not adjusted for prices; not known where no list of grants was read, or one of the five years to the last whole one is not listed or not whole"
*/
with latest as (
    select authority_code, year, gbp_nominal_per_resident_5_years as value, five_years_null_reason as null_reason
    from grant_continuity
    where is_whole
    qualify row_number() over (partition by authority_code order by year desc) = 1
)
select
    a.area_code,
    l.value,
    case
        when (select count(*) from grant_continuity) = 0 then null     -- no list could be read
        when l.year is null then 'not_covered'                         -- none is of this authority, or no year of it is whole
        else l.null_reason
    end as null_reason,
    make_date(l.year::integer, 12, 31) as as_at
from areas as a
left join latest as l using (authority_code)
