"""Which scales go with which ways of adding up: pairs that make no sense are refused wherever a definition names them.

What is known of a scale before any value is seen is told in a few words, the traits; a domain without a transform has
those of its parts.
"""

from collections.abc import Collection

BELOW = "below zero"  # about as many values below zero as above
MAY_BE_BELOW = "may be below zero"
ZERO = "zero"  # the least value is zero, whatever the data
STRETCHED = "exponential"
EVENED_OUT = ("arithmetic", "sum", "mazziotta_pareto")  # of several parts, one zero makes none


def traits(how: str, scale: tuple[float, float] | None = None) -> frozenset[str]:
    """The traits of a scale: `how` values are normalised, or a domain transformed, and the two numbers it may be given."""
    if how == "exponential":
        return frozenset({STRETCHED})
    if how == "inverse_normal" or (how == "z_score" and (scale is None or scale[0] <= 0)):
        return frozenset({BELOW})
    if (
        how == "z_score"
    ):  # around a mean above zero, such as 100, with as many standard deviations below as the data say
        return frozenset({MAY_BE_BELOW})
    least = scale[0] if scale else 0
    if how == "min_max" and least <= 0:
        return frozenset({BELOW if least < 0 else ZERO})
    return frozenset()


def traits_together(aggregate: str, parts: list[frozenset[str]]) -> frozenset[str]:
    """The traits of several columns brought to one."""
    found = frozenset().union(*parts)
    return found - {ZERO} if len(parts) > 1 and aggregate in EVENED_OUT else found


def refusal(aggregate: str, found: Collection[str], stands_in: bool = False) -> str | None:
    """Why columns of these traits make no sense together in this way, None where they do.

    `stands_in`: in versions, for another way, where a geometric mean is of scores and one. The scale `target` may give zero
    and is not refused: its zero is a value that the definition states, such as no stock at all.
    """
    if aggregate == "geometric":
        if BELOW in found or MAY_BE_BELOW in found:
            return "a geometric mean needs a scale without values below zero, such as percentile or min_max with scale [1, 100]"
        if STRETCHED in found:
            return "a geometric mean undoes the exponential scale; take one of the two"
        if ZERO in found and not stands_in:
            return "a geometric mean is zero wherever one part is, and the least of min_max is zero; give it scale [1, 100]"
    if aggregate == "mazziotta_pareto" and BELOW in found:
        return "a Mazziotta-Pareto mean divides by the mean, which values below zero may bring to nothing; take z_score with scale [100, 10]"
    return None
