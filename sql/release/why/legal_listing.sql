/*
title: Entries of registers of assets of community value that may be shown one by one, and the state of each on audit.release.legal_as_of; evidence that a place is valued, never that it can be had
key: [listing_id]
inputs: [listings]
columns:
  listing_id: identifier of the entry, its source and the register's own
  source: the register, or the list that has it
  place_id: the place it is of (see table place); null where it could not be placed, or its place is not shown
  area_code: small area it lies in; null where it could not be placed
  authority_code: authority whose list it is, or in which it lies; null is not known
  name: name, as the register has it
  regime: the law it is kept under (see table method.legal_regime)
  register_says: what the register says came of the nomination; null where its word for it has no meaning here
  state: its state on that day
  watch: what to watch it for; null is nothing
  watch_order: "from 1, what may be nominated anew before all else, the soonest to end first; 0 is not watched"
  next_event: the first event ahead; null where none is known
  next_date: the day of it
  next_words: what it is
  nominating_group: who nominated it, kept only where it is surely an organisation; null is not told
  is_asked_for: true where the register names a community group that asked to be treated as a bidder
*/
select
    l.listing_id, l.source, l.place_id, l.area_code, l.authority_code, l.name, l.regime, l.outcome as register_says, l.state, l.watch,
    l.watch_order, l.next_event, l.next_date::date as next_date, l.next_words, l.nominating_group, l.is_asked_for
from listings_shown as l
order by l.listing_id
