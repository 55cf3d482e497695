"""The number of a house out of an address, of which nothing else is kept."""

import re

import pandas as pd

NUMBER = re.compile(r"(\d{1,4}[a-z]?)(?:\s*[-/–&]\s*(\d{1,4}[a-z]?))?(?![\da-z/])")
WIDEST = 40  # a range of more numbers is no house


def doors(addresses: pd.Series) -> pd.Series:
    """Of each address the numbers that a part of it begins with (`40`, `16a`, `9-11`, `2 40`); null where none does.

    Parts stand between commas or on lines of their own; a flat, a unit or a floor is not the number of a house.
    """
    known = {address: door(address) for address in addresses.dropna().unique()}
    return addresses.map(known).astype("str")


def door(address: str) -> str | None:
    """The numbers of one address."""
    found = (NUMBER.match(part.strip()) for part in re.split(r"[,;\n]", address.casefold()))
    return " ".join("-".join(filter(None, one.groups())) for one in found if one) or None


def same_door(one: str, other: str) -> bool:
    """Whether two addresses may be one house: a number of one is one of the other, or within its range (`9`, `9-11`)."""
    return bool(_numbers(one) & _numbers(other))


def _numbers(text: str) -> set[int]:
    found: set[int] = set()
    for part in text.split():
        first, *last = (int(re.sub(r"\D", "", end)) for end in part.split("-"))
        found |= set(range(first, last[0] + 1)) if last and 0 < last[0] - first <= WIDEST else {first, *last}
    return found
