/*
title: One row per source - the snapshot this release rests on
key: [source]
columns:
  source: name of the source
  state: {description: whether the last fetch read it, term: snapshot}
  sha256: hash of the snapshot's canonical content
  n_rows: rows read
  missing_parts: parts of the source that the last fetch did not get, separated by commas; an older copy stands in where there is one
  source_as_at: the publisher's date of the content
  changed: {description: "what it says otherwise than the snapshot before it in this folder; null for the first", run_metadata: true}
  observed_at: {description: when the source was last asked, run_metadata: true}
*/
select * replace (changed::varchar as changed)
from snapshot_register
order by source
