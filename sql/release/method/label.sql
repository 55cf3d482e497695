/*
title: Every code of a coded column with its label and what it means; a column's comment names its list
key: [list, code]
columns:
  list: "name of the list of codes, such as null_reason"
  code: the code as the tables hold it
  label: the code as people see it
  meaning: what it means; null where the label says it all
*/
select list, code, label, meaning
from labels
order by list, code
