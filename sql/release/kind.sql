/*
title: The kinds of place - what counts for reach, counted from which sources, and the walk set as a standard
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
  counted_from: the sources whose places count; the cover of the first decides where nobody looked
  subset_of: the kind this one is part of, if any
  standards: {description: "walk beyond which an area has a gap, by its class; null is no standard", unit: minutes}
  licence: licence its counts leave under, by the lists they rest on (see table licence)
  note: why it does not count, or what to know
*/
select *
from kind_register
order by kind
