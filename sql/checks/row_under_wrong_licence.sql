/* A place, and a candidate building, is under every share-alike licence that its name, point, owner, tenure, use, kind or being shut rests on. */
with shared as (select source, licence_key from source join licence on licence.licence = source.licence_key where is_share_alike),
said as (
    select place_id, unnest(string_split(k.sources, ', ')) as source from place join place_kind as k using (place_id, kind)
),
rests as (
    -- by every column that names the source of another: a release of before tenure was read has fewer
    select place_id, source from (unpivot (select place_id, columns('_source$') from place) on columns('_source$') into name said value source)
    union
    select place_id, source from place_record where status != 'open'
    union
    -- a kind that no other list says it is
    select place_id, source from said where place_id not in (select place_id from said anti join shared using (source))
)
select place_id, source, licence
from rests join shared using (source) join place using (place_id)
where not list_contains(string_split(licence, '+'), licence_key)
union all
select o.place_id, o.opportunity_id, o.licence from opportunity as o join place as p using (place_id) where o.licence is distinct from p.licence
