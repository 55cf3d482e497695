/*
title: The kinds of place - what counts for reach, counted from which sources, and the walk set as a standard
row: kind of place
example: "select kind, title, counted_from, national_lists, note from kind order by kind"
key: [kind]
columns:
  kind: {description: name of the kind, term: kind}
  title: what it is called
  kind_group: what it is a kind of
  for_whom: whom it is for
  is_public: whether anyone may come
  is_fixed: whether it stays where it is
  is_shown: "whether its places are shown one by one; those of a kind that are not, whose address may be a home, are counted within reach and no more is told of them"
  counts_for_reach: whether open places of this kind count within reach
  counted_from: "the sources whose places count; a kind was looked for wherever one of them looked"
  national_lists: "those of them that cover the whole nation by one rule, on which indices rest; null is none"
  looked_for_pct: {description: "areas of the nation, whatever was asked, in which national lists looked for the kind", unit: "% of areas"}
  is_everywhere: whether that is enough for the kind to count in an index of the whole nation
  subset_of: the kind this one is part of, if any
  standards: {description: "walk beyond which an area has a gap, by its class; null is no standard", unit: minutes}
  licence: licence its counts leave under, by the lists they rest on (see table audit.licence)
  note: why it does not count, or what to know
*/
select *
from kind_register
order by kind
