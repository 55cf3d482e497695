/* No row of a source whose licence clears aggregates only, or nothing, stands in a table of rows. */
select r.source, r.source_id
from place_record as r
join source as s using (source)
where s.publish != 'rows'
