/*
title: The licences this release's sources came under - what is marked with several keys, joined by +, is under all of them
key: [licence]
columns:
  licence: key of the licence, as rows, columns and sources are marked with it
  title: what it is called
  url: its text
  publish: "the most that may leave under it: rows, aggregates or nothing"
  is_share_alike: true where what is made of its rows keeps it, and stands in no file that promises less
  file: how the names of files tell it
  spdx: its name in data packages; null where it has none
  position: {description: place among the licences; what rests on several that are not share-alike leaves under the first}
*/
select *
from licence_register
order by position
