/* Every place has a record behind it, or is known to have closed when its lists dropped it; every place counted is a place. */
select place_id, 'no record' as breach
from place
anti join place_record using (place_id)
anti join (select place_id from place_event where event = 'closed') using (place_id)
union all
select place_id, 'counted but not a place' from neighbourhood_place anti join place using (place_id)
