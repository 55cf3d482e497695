/* A place in community hands is no candidate, and stands there on somebody's word. */
select o.opportunity_id, o.place_id
from opportunity as o
join place as p using (place_id)
where p.in_community_hands
union all
select p.place_id, p.in_community_hands::text
from place as p
where p.in_community_hands is distinct from if('community' in (p.owner_kind, p.run_by), true, null)
union all
select p.place_id, 'no evidence'
from place as p
where p.in_community_hands and not exists (select 1 from community_evidence as e where e.place_id = p.place_id and e.is_confirmed)
    and not exists (select 1 from correction as c where c.place_id = p.place_id and c.field in ('owner_kind', 'run_by'))
