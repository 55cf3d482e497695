/*
title: Rows and values that could not be used, with the reason
key: [source, row, column, issue, value]
columns:
  source: name of the source
  row: row in the publisher's file or table; 0 where it concerns no one row
  column: the column, or the test the row failed
  value: what stood there (not shown where rows may not be published)
  issue: why it could not be used
*/
select i.source, i.row, i."column", if(s.publish = 'rows', i.value, null) as value, i.issue
from issues as i
join source_register as s using (source)
order by i.source, i.row, i."column", i.issue, i.value
