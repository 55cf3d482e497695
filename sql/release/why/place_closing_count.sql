/*
title: Closings by year, as the list itself dates them - a place is counted once, in the year its list says it closed
key: [authority_code, kind, source, year]
columns:
  authority_code: authority the record's own point lies in
  kind: kind of place
  source: the list that says so; of several editions, the newest
  year: year of closing, as the list gives it
  n_rows: rows of the list that are closed with that year, whatever became of them
  n_closed: "places confirmed closed - once each, none that the list holds open under another entry"
  n_replaced: rows whose list holds another entry open at the same postcode under a like name - renamed, moved within or rebuilt
  n_other: "the rest of the rows: the place is open under another entry or on another list, or the row repeats another"
*/
with shut as (
    select a.authority_code, r.kind, r.source, r.closed_year as year, o.place_id, k.status,
        row_number() over (partition by o.place_id, r.kind, r.source order by r.closed_year, r.source_id) as nth
    from place_records as r
    join record_outcomes as o using (record)
    join areas as a on a.area_code = r.area_code
    join place_kinds as k on k.place_id = o.place_id and k.kind = r.kind
    where r.is_current and r.status = 'closed' and r.closed_year is not null and r.publish = 'rows' and r.area_code in (from areas_asked)
)
select authority_code, kind, source, year::integer as year, count(*)::integer as n_rows,
    count(*) filter (where status = 'closed' and nth = 1)::integer as n_closed,
    count(*) filter (where status = 'replaced')::integer as n_replaced,
    count(*) filter (where status not in ('closed', 'replaced') or (status = 'closed' and nth > 1))::integer as n_other
from shut
group by all
order by all
