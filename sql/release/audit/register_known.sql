/*
title: Which councils' registers of land and buildings, assets of community value and brownfield are read, known of, looked for in vain, or not looked for
key: [authority_code, register]
inputs: [known_registers]
columns:
  authority_code: the council
  authority_name: its name
  register: which register it is
  state: "read in this run; known, and not read here; none known, where the query named found none, which is not to say that there is none; not looked"
  source: the source by which it is read (see table source)
  page: "where it is published, or the council's own page on it: the note says where the list itself was not seen"
  query: what was looked for, by semicolons
  looked_on: when
  n_rows: {description: "rows read of that council; null where it is not read", unit: rows}
  n_placed: {description: "of those, the rows that lie in an area", unit: rows}
  n_beyond: {description: "of those, the rows that lie in another council; null, as what follows, under 10 of a register that clears no rows", unit: rows}
  n_tenure_stated: {description: "rows whose register states a tenure that could be read; null for a register that is not of land and buildings", unit: rows}
  n_vacant: {description: "rows that the register calls vacant, surplus or to be transferred; null likewise", unit: rows}
  n_vacant_placed: {description: "of those, the rows that lie in an area: of what is vacant no full address need be published", unit: rows}
  note: what to know of it
*/
with areas_of as (select area_code, authority_code from areas),
rows_read as (
    select
        k.authority_code, k.register,
        count(r.record) as n_rows,
        count(a.authority_code) as n_placed,
        count(*) filter (where a.authority_code != k.authority_code) as n_beyond,
        count(r.tenure) as n_tenure_stated,
        count(*) filter (where r.use_state in ('vacant', 'surplus', 'to_transfer')) as n_vacant,
        count(a.authority_code) filter (where r.use_state in ('vacant', 'surplus', 'to_transfer')) as n_vacant_placed
    from known_registers as k
    join place_records as r on r.source = k.source and r.is_row
    left join areas_of as a on a.area_code = r.area_code
    where k.register = 'land_and_buildings' or a.authority_code = k.authority_code
    group by k.authority_code, k.register
)
select
    k.authority_code, k.authority_name, k.register,
    if(n.n_rows > 0, 'read', k.state) as state, k.source, k.page, k.query, k.looked_on::date as looked_on,
    n.n_rows::integer as n_rows, n.n_placed::integer as n_placed,
    if(k.register = 'land_and_buildings' and (s.publish = 'rows' or n.n_beyond >= 10), n.n_beyond, null)::integer as n_beyond,
    if(k.register = 'land_and_buildings', n.n_tenure_stated, null)::integer as n_tenure_stated,
    if(k.register = 'land_and_buildings' and (s.publish = 'rows' or n.n_vacant >= 10), n.n_vacant, null)::integer as n_vacant,
    if(k.register = 'land_and_buildings' and (s.publish = 'rows' or n.n_vacant_placed >= 10), n.n_vacant_placed, null)::integer as n_vacant_placed, k.note
from known_registers as k
left join rows_read as n using (authority_code, register)
left join source_register as s on s.source = k.source
order by k.authority_code, k.register
