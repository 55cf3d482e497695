/*
title: How long those who use the places within a 15-minute walk may stay, where their council's register of land and buildings was read - one row per area
key: [area_code]
inputs: [tenure]
columns:
  area_code: small area residents start from
  n_places: {description: "open community places within a 15-minute walk (halls, libraries, pubs, cafés, places of worship, culture, sport); null where the register of the area's own council was not read, or too few are known", unit: places}
  n_register_buildings: {description: "other buildings within that walk that a council's register lists and somebody uses", unit: places}
  n_stated: {description: "of both together, those of which a register states a tenure or that they are let", unit: places}
  n_known: {description: "of those, the ones of which it is known for how long", unit: places}
  n_secure: {description: "of those, freehold or 25 years and more", unit: places}
  n_short: {description: "of those, fewer than 7 years, a licence or a rolling tenancy", unit: places}
  security_score: {description: "mean over n_known of what each band counts (see indicator tenure_security_score); null where none is known", unit: 0 to 100}
  as_at: oldest date behind the row
  coverage: {description: "whether registers were read all around", term: coverage}
  null_reason: "why n_places, n_known and the score are null (the score also where none is known); suppressed: a register that clears no rows bears on the area, and n_known is under 10"
  parts_null_reason: "why n_register_buildings, n_stated, n_secure and n_short are null; suppressed: such a register bears on the area, and one of them, or what is left when they are taken from each other, is under 10"
*/
select
    area_code, n_places::integer as n_places, n_register_buildings::integer as n_register_buildings, n_stated::integer as n_stated,
    n_known::integer as n_known, n_secure::integer as n_secure, n_short::integer as n_short, round(100 * security, 3) as security_score,
    as_at::date as as_at, coverage, null_reason, parts_null_reason
from tenure_in_reach
order by area_code
