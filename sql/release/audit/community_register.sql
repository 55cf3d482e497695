/*
title: The registers and lists of awards that places are held against for who holds them, and what each was good for in this run
key: [source]
inputs: [community_held_pub]
columns:
  source: the register (see table source)
  body: the bodies on it
  use: "what may be made of it: evidence, leads alone, or nothing"
  covers_nation: "true where it covers the nation; what only a part of a list lacks is not known"
  as_at: date of the register; null where it states none
  n_bodies: {description: "bodies on it now that may be a community's, wherever they are", unit: bodies}
  n_places_compared: {description: "places of the nation held against it, of the kinds its bodies may hold and with an address where it gives one", unit: places}
  n_places_found: {description: places of the nation that a body of it bears the name of, unit: places}
*/
select source, body, use, covers_nation, as_at::date as as_at, n_bodies::integer as n_bodies, n_places_compared::integer as n_places_compared, n_places_found::integer as n_places_found
from community_registers
order by source
