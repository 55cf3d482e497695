/* An organisation is never a point: its registered address may be a member's home. */
select p.place_id, p.kind
from place as p
join kind as k using (kind)
where k.kind_group = 'organisation'
