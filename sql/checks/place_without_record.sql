/* Every place has a record behind it, and every place counted is a place. */
select place_id, 'no record' as breach from place anti join place_record using (place_id)
union all
select place_id, 'counted but not a place' from neighbourhood_place anti join place using (place_id)
