/*
title: Every row of every place source accounted for, over the whole nation - the outcomes of a source add up to its rows
key: [source, outcome]
columns:
  source: name of the source
  outcome: "rows, then what became of them: placed (in an area of the nation or its neighbours), outside (every area), duplicate, ended, unmapped, no_coordinates"
  n_rows: number of rows
*/
select *
from record_counts
order by source, outcome
