"""What a method report says in words for what tables call by short names."""

SECTIONS = {  # in their order on the page
    "definition": "How it is made",
    "distributions": "How scores spread",
    "correlations": "What goes with what",
    "importance": "Weights are not importance",
    "robustness": "How far ranks move",
    "sensitivity": "Which choice moves ranks most",
    "weight-sets": "Other opinions of the weights",
    "stability": "Against the release before",
    "not-known": "What is not known",
}
SPREAD = "spread over method choices and data errors"
SCALES = {
    "inverse_normal": "the area's place in the order of all areas, stretched to the shape of a bell curve",
    "percentile": "the area's place in the order of all areas, 0 to 100",
    "exponential": "the area's place in the order of all areas, stretched so that the highest tenth spreads over half of the scale",
    "z_score": "how many standard deviations the value is from the mean of all areas",
    "min_max": "0 at the least value of any area and 100 at the greatest, unless the definition states other ends",
    "target": "0 at one stated value and 100 at another, in a straight line between and held to those ends beyond",
    "none": "as it is",
}
AGGREGATES = {
    "sum": "weighted sum; what is unknown makes the sum unknown",
    "arithmetic": "weighted mean of the domains that are known",
    "geometric": "weighted geometric mean: a low domain is made up for only in part by a high one, and a domain at zero makes the score zero",
    "mazziotta_pareto": "mean of the domains with a correction for how uneven they are",
    "minimum": "the lowest domain decides",
}
TREATMENTS = {
    "none": "None: no value was moved, outliers stay as they are.",
    "outliers": "Where a column is skewed and heavy-tailed, its most extreme values take the next one's place; where that is not enough, the logarithm is taken.",
    "winsorise": "Where a column is skewed and heavy-tailed, its most extreme values take the next one's place.",
    "log": "The logarithm is taken of every column.",
}
TIES = {
    "lowest": "areas of one score share the lowest of their ranks",
    "average": "areas of one score share the mean of their ranks",
    "highest": "areas of one score share the highest of their ranks",
}
CHOICES = {
    "weights": "weights (which weight set)",
    "normalise": "scale",
    "aggregate": "way of adding up",
    "left_out": "indicator left out",
    "places": "errors in places",
}
REASONS = {
    "withheld": "withheld, because it would follow how much is known and not what is there",
    "not_covered": "no list that was read covers it",
    "source_unavailable": "the source could not be read",
    "suppressed": "too small a number to be told without pointing at someone",
    "no_denominator": "there is nothing to take a share of",
    "not_in_area_vintage": "the source does not know these area boundaries",
    "below_minimum_weight": "too little of what the score is made of is known",
    "frame_not_covered": "too few areas are known to compare with",
}
EVIDENCE = {
    "A": "full, recent, measured evidence",
    "B": "one weakness",
    "C": "two weaknesses",
    "D": "three weaknesses or more",
}


def told(words: dict[str, str], name) -> str:
    """A short name with what it means, or by itself where it is not known here."""
    plain = str(name).replace("_", " ")
    return f"{plain}: {words[name]}" if name in words else plain


def listed(names: list[str]) -> str:
    """Names as one text: a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
