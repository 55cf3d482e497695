-- What pushed a score up and down, with where it started, is the score; and what indicators pushed is what their domain did.
with pushed as (
    select area_code, index_name, sum(contribution) + any_value(starts_from) as told, any_value(method) as method
    from domain_contribution group by area_code, index_name having count(contribution) > 0
),
whole as (
    select 'score' as of, area_code, index_name, told - if(method = 'difference of logs', ln(score), score) as off
    from pushed join index_score using (area_code, index_name)
),
parts as (
    select area_code, index_name, domain, sum(contribution) as told from indicator_contribution
    where contribution is not null group by area_code, index_name, domain
)
select of, area_code, index_name, off from whole where abs(off) > 1e-9
union all
select domain, area_code, index_name, p.told - d.contribution
from parts as p join domain_contribution as d using (area_code, index_name, domain) where abs(p.told - d.contribution) > 1e-9
