/*
title: Organisations in each authority by legal form, with their age and income - counts alone, never a merit; an organisation may be of several forms
key: [authority_code, form, breakdown, band]
inputs: [ccew_charities_current, ccew_charity_areas_current, ch_companies_current, fca_mutuals_current, coops_uk_2023, hmrc_cascs_current, listed_organisations]
columns:
  authority_code: authority
  authority_name: its name
  form: legal form, or register
  breakdown: "what they are counted by - all of them, their age, or their income"
  band: the band of age or income
  n_organisations: "how many; where the licence is not confirmed, none below 10, and no bands where one is below 10"
  rate_per_1000: {description: "of all of them, per 1,000 residents of the authority", unit: "per 1,000 residents"}
  null_reason: why there is no number
  placed_by: "by where they say that they work, or by their registered address"
  as_at: "the day ages are told at, the latest that the register holds; null where it tells no dates"
*/
with listed as (     -- local lists, each of one authority, as of its own day
    select authority_code, form, max(as_at) as as_at from listed_organisations group by authority_code, form
),
days as (
    select 'charity' as form, (select max(extracted) from ccew_charities_current) as as_at, (select count(*) from ccew_charities_current) > 0 and (select count(*) from ccew_charity_areas_current) > 0 as is_read, false as is_restricted, 'area_of_operation' as placed_by
    union all
    select 'community_interest_company', (select max(registered_on) from ch_companies_current), (select count(*) from ch_companies_current) > 0, true, 'registered_address'
    union all
    select 'community_benefit_society', (select max(registered_on) from fca_mutuals_current), (select count(*) from fca_mutuals_current) > 0, true, 'registered_address'
    union all
    select distinct form, null::timestamp, true, false, 'area_of_operation' from listed
    union all
    select 'cooperative', null, (select count(*) from coops_uk_2023) > 0, true, 'registered_address'
    union all
    select 'sports_club', null, (select count(*) from hmrc_cascs_current) > 0, false, 'registered_address'
),
forms as (     -- what a source lets out by rows is held back nowhere
    select d.* replace (coalesce(s.publish != 'rows', true) and d.is_restricted as is_restricted)
    from days as d
    left join source_register as s on s.source = case d.form
        when 'community_interest_company' then 'ch_companies_current' when 'community_benefit_society' then 'fca_mutuals_current'
        when 'cooperative' then 'coops_uk_2023' end
),
asked as (
    select authority_code, any_value(authority_name) as authority_name, sum(population) as residents
    from areas
    where authority_code in (select authority_code from areas semi join areas_asked using (area_code))
    group by authority_code
),
is_local as (     -- as indicator local_charities_rate_per_1000 has it
    select organisation_number
    from ccew_charity_areas_current
    group by organisation_number
    having bool_and(lower(area_type) = 'local authority') and count(distinct area_name) <= 10
),
known as (     -- the authorities that the register names, where its two files belong together
    select o.authority_code
    from ccew_charity_areas_current as o
    left join ccew_charities_current as c using (organisation_number)
    where o.authority_code is not null and lower(o.area_type) = 'local authority'
    group by o.authority_code
    having count(distinct c.organisation_number) >= 0.9 * count(distinct o.organisation_number)
),
found as (
    select distinct o.authority_code, 'charity' as form, c.organisation_number::varchar as id, c.registered as registered_on, c.income_gbp, null as as_at
    from ccew_charity_areas_current as o
    join ccew_charities_current as c using (organisation_number)
    join is_local using (organisation_number)
    where o.authority_code is not null and c.linked_charity_number = 0 and lower(c.status) = 'registered'
    union all
    select authority_code, form, id, registered_on, null, as_at
    from listed_organisations
    union all
    select a.authority_code, p.kind, p.place_id, coalesce(c.registered_on, f.registered_on), null, null
    from places as p
    join areas as a using (area_code)
    left join ch_companies_current as c on p.lead_record = 'ch_companies_current|' || c.company_number
    left join fca_mutuals_current as f on p.lead_record = 'fca_mutuals_current|' || f.society_number
    join forms as d on d.form = p.kind
    -- those of three years or more alone, as the indicators have them: a count of all beside theirs would tell how few are new
    where p.kind = 'cooperative' or (coalesce(c.registered_on, f.registered_on) <= d.as_at - interval 3 year and lower(coalesce(c.status, 'active')) = 'active')
    union all
    select a.authority_code, k.kind, k.place_id, null, null, null
    from place_kinds as k
    join places as p using (place_id)
    join areas as a using (area_code)
    where k.kind = 'sports_club' and k.is_counted
),
banded as (
    select f.authority_code, f.form, f.id, unnest(['all', 'age', 'income']) as breakdown,
        unnest([
            'all',
            case when f.registered_on is null or f.as_at is null then 'not_stated' when f.registered_on > f.as_at - interval 3 year then 'under_3_years'
                when f.registered_on > f.as_at - interval 10 year then '3_to_9_years' when f.registered_on > f.as_at - interval 20 year then '10_to_19_years'
                else '20_years_or_more' end,
            case when f.income_gbp is null then 'not_stated' when f.income_gbp < 10000 then 'under_10000_gbp' when f.income_gbp < 100000 then '10000_to_99999_gbp'
                when f.income_gbp < 1000000 then '100000_to_999999_gbp' else '1000000_gbp_or_more' end
        ]) as band
    from (select f.* replace (coalesce(f.as_at, d.as_at) as as_at) from found as f join forms as d using (form)) as f
),
bands as (
    select 'all' as breakdown, 'all' as band
    union all select 'age', unnest(['under_3_years', '3_to_9_years', '10_to_19_years', '20_years_or_more', 'not_stated'])
    union all select 'income', unnest(['under_10000_gbp', '10000_to_99999_gbp', '100000_to_999999_gbp', '1000000_gbp_or_more', 'not_stated'])
),
counted as (
    select a.*, d.* replace (coalesce(l.as_at, d.as_at) as as_at), w.*, count(b.id)::integer as n
    from asked as a
    cross join forms as d
    left join listed as l using (authority_code, form)
    join bands as w on w.breakdown = 'all' or d.form = 'charity' or (w.breakdown = 'age' and case d.form
        when 'cooperative' then false when 'sports_club' then false     -- of which no source tells an age
        when 'community_interest_company' then w.band not in ('under_3_years', 'not_stated')
        when 'community_benefit_society' then w.band not in ('under_3_years', 'not_stated') else true end)
    left join banded as b using (authority_code, form, breakdown, band)
    where l.form is not null or d.form not in (select form from listed)
    group by all
),
judged as (
    select *, case
        when not is_read then 'source_unavailable'
        when form = 'charity' and authority_code not in (from known) then 'not_covered'
        when is_restricted and min(n) over (partition by authority_code, form, breakdown) < 10 then 'suppressed' end as null_reason
    from counted
)
select authority_code, authority_name, form, breakdown, band, if(null_reason is null, n, null) as n_organisations,
    if(null_reason is null and breakdown = 'all', 1000.0 * n / nullif(residents, 0), null) as rate_per_1000, null_reason, placed_by, as_at::date as as_at
from judged
order by authority_code, form, breakdown, band
