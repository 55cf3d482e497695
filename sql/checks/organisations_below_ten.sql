/* A number of organisations from a list whose licence clears no rows is never below 10. */
select o.authority_code, o.form, o.band, o.n_organisations
from organisation_count as o
join source as s on s.source = case o.form
    when 'community_interest_company' then 'ch_companies_current' when 'community_benefit_society' then 'fca_mutuals_current' when 'cooperative' then 'coops_uk_2023' end
where s.publish != 'rows' and o.n_organisations < 10
