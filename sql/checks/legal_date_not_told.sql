/* A date that is not known has a reason, what comes next lies ahead, and what was refused is never listed. */
select listing_id, event, 'no date and no reason' as breach
from legal_date where (date is null) != (null_reason is not null)
union all
select d.listing_id, d.event, 'the next date is past'
from legal_date as d where d.is_next and not coalesce(d.date >= (select legal_as_of from release), false)
union all
select l.listing_id, l.state, 'refused, and told as listed'
from legal_listing as l
where l.register_says in ('rejected', 'nominated', 'under_review')
    and (l.state not in ('rejected', 'nominated', 'under_review') or l.watch is not null or l.next_date is not null)
