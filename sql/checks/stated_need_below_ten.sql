/* Of statements that may only be counted, fewer than 10 are told nowhere: not as a number, not as what is left of one when
   those in words are taken away, and not by a row that rests on them alone. */
select s.area_code, s.kind, s.n_statements, coalesce(w.n, 0) as n_in_words
from stated_need as s
left join (select area_code, kind, count(*) as n from stated_need_words group by area_code, kind) as w using (area_code, kind)
where s.n_statements - coalesce(w.n, 0) < 10 or (s.is_stated and s.n_statements is null and w.n is null)
