/* A count of bodies that state a need is never below 10, and what none put into words is told only from 10 on. */
select s.area_code, s.kind, s.n_stated
from stated_need as s
left join (select distinct area_code, kind from stated_need_words) as w using (area_code, kind)
where s.n_stated < 10 or (s.is_stated and s.n_stated is null and w.kind is null)
