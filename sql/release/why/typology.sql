/*
title: One label per area from need, stock, signs of change and capacity, by a stated decision table
key: [area_code]
inputs: [typology]
columns:
  area_code: code of the small area
  label: {description: code of the label, term: typology}
  shown_as: the label as shown to people
  need: how the area stands on this axis, against the widest scope that is covered
  stock: the same; unknown too where fewer kinds of stock were looked for than the index needs
  signs: the same
  capacity: the same
  rule: row of the decision table that decided, from 1 (see pipelines/definitions/typology.yml)
  rests_on: axes the label rests on, separated by commas; "need" alone where signs of change were not looked at; null where too little is known
  changes_if_cut_moves: true where another label would stand were the cut between high and low moved by 5 points
*/
select area_code, label, shown_as, need, stock, signs, capacity, rule::integer as rule, rests_on, changes_if_cut_moves
from area_labels
order by area_code
