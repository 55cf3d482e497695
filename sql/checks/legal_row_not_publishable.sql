/* No entry of a register whose licence clears aggregates only, or nothing, stands in a table of rows, nor do its dates. */
select s.source, l.listing_id
from legal_listing as l
join source as s using (source)
where s.publish != 'rows'
union all
select s.source, d.listing_id
from legal_date as d
join source as s using (source)
where s.publish != 'rows'
