/*
title: One row per small area (neighbourhood) of the areas asked
row: small area
example: "select area_code, area_name, msoa_name, authority_name, population from neighbourhood order by area_code limit 10"
key: [area_code]
columns:
  area_code: {description: code of the small area; what it is a code of is said in audit.release.area_code_means, term: area}
  area_name: the publisher's name of the small area
  ward_code: ward that the area best fits; what this and the other levels are called here is in audit.release.levels
  ward_name: name of that ward
  msoa_code: middle layer area that holds the area; null where there is no such level
  msoa_name: name of that middle layer area, as people say it
  authority_code: local authority
  authority_name: name of the authority
  combined_authority_code: combined authority the authority belongs to, if any
  combined_authority_name: name of that combined authority
  region_code: region; null where there are none
  region_name: name of the region
  nation_code: nation, the widest scope ranks are given in
  nation_name: name of the nation
  like_areas_code: {description: "class of area, such as town or country; areas of one class form the like-areas scope", term: like areas}
  like_areas_name: name of that class
  rural_or_urban: "the class that standards of access go by (see table kind)"
  population: {description: usual residents on census day, unit: residents}
  population_mid_year: {description: "official mid-year estimate of all people who live there, by which small areas are weighted in means over several; null where none is held: population weighs them then", unit: residents}
  longitude: {description: longitude (WGS 84) of the point residents are taken to start from, unit: degrees}
  latitude: {description: latitude (WGS 84) of that point, unit: degrees}
  origin_kind: {description: how that point was made, term: origin}
*/
select
    a.area_code, a.area_name, a.ward_code, a.ward_name, a.msoa_code, a.msoa_name, a.authority_code, a.authority_name,
    a.combined_authority_code, a.combined_authority_name, a.region_code, a.region_name, a.nation_code, a.nation_name,
    a.like_areas_code, a.like_areas_name, a.rural_or_urban, a.population::integer as population,
    a.population_mid_year::integer as population_mid_year, a.longitude, a.latitude, a.origin_kind
from areas as a
semi join areas_asked using (area_code)
order by a.area_code
