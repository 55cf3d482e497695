/* Of a register that clears no rows nothing but a lead is told, without any of its words; and it settles no owner. */
select e.place_id, e.source
from community_evidence as e
join source as s using (source)
where s.publish = 'nothing' or (s.publish != 'rows' and (e.evidence != 'lead' or e.is_confirmed or e.body_id is not null or e.name_score is not null))
union all
select p.place_id, s.source
from place as p
join source as s on s.source in (p.owner_source, p.run_by_source)
where s.publish != 'rows'
