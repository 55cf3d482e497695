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


def listed(names: list[str]) -> str:
    """Names as one text: a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
