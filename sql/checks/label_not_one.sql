/* Every area has exactly one label, and a label rests on what is known: unknown need gives no other. */
select n.area_code, t.label
from neighbourhood as n
left join typology as t using (area_code)
where t.label is null or (t.need = 'unknown' and t.label != 'not_enough_known')
