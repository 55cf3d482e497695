/*
title: Every row of every place source accounted for - the outcomes of a source add up to its rows
key: [source, outcome]
columns:
  source: name of the source
  outcome: "rows, then what became of them: placed (in the areas asked), placed_in_margin, outside (every area near them), duplicate, ended, unmapped, no_coordinates"
  n_rows: number of rows
*/
select *
from record_counts
order by source, outcome
