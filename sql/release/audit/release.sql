/*
title: What this release is, in one row
key: [area_code_means]
columns:
  version: {description: "version of this release (major: a table, column, geography or definition changed; minor: added; patch: values only)", run_metadata: true, term: release}
  title: what is published
  geography: the geography's definition file
  is_invented: true for the made-up sample town, whose numbers mean nothing
  areas_asked: the areas this release holds
  area_code_means: what area_code is a code of
  levels: what each level of areas is, from the smallest
  n_areas: number of small areas in the release
  n_areas_nation: number of small areas in the nation, the scope of national ranks
  indices: the indices held, separated by commas
  indices_left_out: "indices that rest on what this geography does not have, each with what that is"
  distance_measure: how walks were measured
  ecological_fallacy: how the numbers may and may not be read
  indices_withheld: indices whose score is withheld because it would follow coverage, separated by commas
  members_left_out: "what is left out of an index for all areas alike, because national lists look for it in too few of the nation's areas"
  evidence_since: dated evidence of sites and closings before this day enters no score
  legal_as_of: "the day that legal states are of (table why.legal_listing); null where no such list is part of this geography"
  sources_not_available: sources with no snapshot, whose indicators are null
  sources_stale: sources whose last fetch failed, so that an older snapshot stands in
  licence: licence of the release's own tables
  definition_sha256: hash of every definition the release follows
  needs_sha256: "hash of what community bodies stated that they need (needs.csv), as far as it may be shown; empty where none did"
  tables: "the tables and views held, separated by commas, with their schema where it is not main"
  storage_version: "format of this file: that DuckDB and every later one can open it"
  fields_left_out: "what is left out for it tells nothing in this release, and stands in the tables of this database: of a map layer, the fields that are null all over it; of the view neighbourhood_profile, and so of the sheets of authorities, also those in which every area has the same"
  built_at: {description: when the release was made, run_metadata: true}
*/
select * exclude (storage_version, fields_left_out, built_at), storage_version, fields_left_out, built_at
from release_facts
