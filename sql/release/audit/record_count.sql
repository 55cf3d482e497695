/*
title: Every row of every place source accounted for, over the whole nation - the outcomes of a source add up to its rows
key: [source, outcome, rule]
columns:
  source: name of the source
  outcome: all rows of the source, then what became of them
  rule: the rule or reason
  n_rows: number of rows
*/
select *
from record_counts
order by source, outcome, rule
