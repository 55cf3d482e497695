"""What of the definitions serves a geography: an indicator or index that rests on what it has not is left out, by name."""

from collections.abc import Mapping


def left_out(needs: Mapping[str, set[str]], here: set[str], elsewhere: set[str]) -> dict[str, list[str]]:
    """What cannot be had, each with what it lacks: a name of `needs` that rests on something of another geography.

    `here` and `elsewhere`: names that this geography has, and that only others have. What is in neither is nobody's: a
    mistake, which `consistency` tells.
    """
    lacking: dict[str, list[str]] = {}
    while True:
        gone = elsewhere | set(lacking)
        more = {name: sorted((wants - here) & gone) for name, wants in needs.items() if name not in lacking}
        more = {name: missing for name, missing in more.items() if missing}
        if not more:
            return lacking
        lacking |= more
        here = here - set(more)
