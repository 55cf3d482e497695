/*
title: How each index is made and varied - one row per index
key: [index_name]
columns:
  index_name: {description: name of the index, term: index}
  is_headline: true for the index that areas are put in order by
  title: the index as shown
  question: the question it answers
  normalise: {description: how members are put on a scale unless they say otherwise, term: scale}
  treatment: what is done about outliers before that
  aggregate: how domains are added up
  minimum_weight: share (0-1) of the weight that must be observed for an area to be scored
  least_known: domains of which so many indicators must be known in an area for it to be scored, separated by commas; null where none must
  withhold_above: the rank correlation with coverage, or with the length of authorities' registers, above which no score is published; null where there is no such limit
  coverage_correlation: rank correlation of the score with how much of the index is observed, over areas
  register_correlation: "rank correlation, over authorities, of the mean score with the rows their registers hold per area; 0 where fewer than three can be compared"
  n_authorities_compared: authorities that keep a register the index is counted from, and have a score
  ties: the rank that areas of one score share
  citation: where the method is taken from
  n_versions: {description: "how many versions of the method the spread of ranks rests on, the same in every release", term: draw}
  weights_vary_by: by how much (share) every weight varies in a version
  normalise_versions: scales a version takes, with equal chance
  transform_versions: scales of domains a version takes, with equal chance
  aggregate_versions: ways of adding up a version takes, with equal chance
  leaves_one_out: true where a version leaves out one indicator, or none, with equal chance
  n_error_draws: how many draws of errors in places (the same place twice, two places in one, not on the list; as often as measured) a version takes one or none of; 0 where the index rests on no places
  errors_drawn: what was measured of its kinds of place, and is drawn; null where nothing was, or the index rests on no places
  errors_not_measured: kinds of place that it rests on and of which nothing was measured, so that nothing is drawn
  catchments: walks within which places count in a version, with equal chance; null where the index rests on no places
  versions_reason: why these
  n_ranked: areas that have a rank and a range of ranks in this run, whatever was asked
  n_outside_range: "of these, areas whose published rank lies outside their own range, from the 5 % to the 95 % point of the versions (see table method.index_range)"
  share_of_weight_shared_with_imd: "share (0-1) of its weight on indicators that the Index of Multiple Deprivation 2025 counts too: as far as that goes, the two agree by construction"
  licence: licence its scores and ranks leave under, by the sources its members rest on (see table audit.licence)
  cautions: what to bear in mind, one a line
*/
select index_name, is_headline, title, question, normalise, treatment, aggregate, minimum_weight, least_known, withhold_above, coverage_correlation, register_correlation,
    n_authorities_compared::integer as n_authorities_compared, ties, citation, n_versions::integer as n_versions,
    weights_vary_by, normalise_versions, transform_versions, aggregate_versions, leaves_one_out, n_error_draws::integer as n_error_draws, errors_drawn, errors_not_measured, catchments, versions_reason,
    coalesce(n_ranked, 0)::integer as n_ranked, coalesce(n_outside, 0)::integer as n_outside_range, share_of_weight_shared_with_imd, licence, cautions
from index_methods
left join (select index_name, sum(n_ranked) as n_ranked, sum(n_outside) as n_outside from index_ranges where scope = 'nation' group by all) using (index_name)
order by index_name
