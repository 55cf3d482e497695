/* A date follows from a law only where the law is in force, cites what brought it into force, and was so on the day the date runs from. */
select d.listing_id, d.event, d.date_by_law
from legal_date as d
left join legal_regime as r on r.regime = d.regime
left join legal_date as f on f.listing_id = d.listing_id
    and f.event = if(d.event in ('interim_moratorium_ends', 'full_moratorium_ends', 'protected_period_ends'), 'notice_received', 'listed')
where d.date_by_law is not null
    and not coalesce(r.status = 'in_force' and r.commenced_by is not null and d.date_by_law >= r.in_force_from
        and coalesce(f.date, r.in_force_from) >= r.in_force_from, false)
union all
-- nor is a period told as a day to go by once the listing is over
select d.listing_id, d.event, d.date
from legal_date as d
join legal_date as e on e.listing_id = d.listing_id and e.event in ('listing_ends', 'removed')
where d.event in ('interim_moratorium_ends', 'full_moratorium_ends', 'protected_period_ends') and d.date > coalesce(e.date_by_law, e.date_by_register)
