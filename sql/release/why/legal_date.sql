/*
title: Dates of entries of registers of assets of community value, by law and as printed, and which comes next on audit.release.legal_as_of; not a right to buy, and not legal advice
key: [listing_id, event]
inputs: [listings]
columns:
  listing_id: the entry (see table why.legal_listing)
  place_id: the place it is of; null where it could not be placed, or its place is not shown
  source: the register, or the list that has it
  regime: the law that the dates follow from (see table method.legal_regime)
  state: state of the entry on audit.release.legal_as_of
  event: what happened, or is to happen
  date: "the day to go by; of what ends, its last day; null with a reason"
  date_by_law: the day that the law gives; null where none follows from it
  date_by_register: the day that the register prints; null where it prints none
  null_reason: why date is null
  words: what the day means, and where law and register differ
  is_next: true for the first event ahead of that day that a reader may have to act before
  watch: what to watch the entry for; null is nothing
  watch_order: "from 1, what may be nominated anew before all else, the soonest to end first; 0 is not watched"
*/
select
    listing_id, l.place_id, l.source, l.regime, l.state, e.event, e.date::date as date, e.date_by_law::date as date_by_law,
    e.date_by_register::date as date_by_register, e.null_reason, e.words, e.event is not distinct from l.next_event as is_next, l.watch, l.watch_order
from listings_shown as l
join legal_events as e using (listing_id)
order by listing_id, e.event
