"""Names of areas that may be asked for: one rule for what a name means, and a committed table that tells it before anything is fetched.

`python -m pipelines.areas.names DATA` writes the table of DATA's geography from the look-ups it holds; run it when a
geography gets new look-ups. The step of areas says where table and look-ups differ.
"""

import re
import sys
from pathlib import Path

import pandas as pd

from geodata.geography import Geography
from geodata.names import name_key
from geodata.reference import names_file, read_names
from pipelines.core import store
from pipelines.core.near import is_code, near
from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.core.step import output
from pipelines.register.workspace import open_workspace

NAMED = ("authority", "combined_authority", "region", "nation")  # what --area may name, smallest first
SHOWN = 5
COUNTY = re.compile(r"\bcounty\b", re.IGNORECASE)  # a county council is not that of the city it is named after


def names_of(areas: pd.DataFrame) -> pd.DataFrame:
    """The larger areas that small areas lie in, as their look-ups have them: level, code, name, each once."""
    levels = [
        areas[[f"{level}_code", f"{level}_name"]]
        .set_axis(["code", "name"], axis=1)
        .dropna()
        .drop_duplicates()
        .sort_values("code")
        .assign(level=level)
        for level in NAMED
    ]
    return pd.concat(levels)[["level", "code", "name"]].reset_index(drop=True)


def resolve(names: pd.DataFrame, name: str, geography: Geography) -> str:
    """The code of an area (`names`: level, code, name) given by its code, its name, or another name that the geography
    has for an authority. Raises Problem (usage) with the names that are near; a code is like no other."""
    known: dict[str, str] = {}
    for code, title in names[["code", "name"]].itertuples(index=False):
        known.setdefault(code.casefold(), code)
        known.setdefault(title.casefold(), code)
    if found := known.get(" ".join(name.casefold().split())) or also_named(names, name, geography):
        return found
    shown = ascii(name)[:80] if not name.isprintable() else repr(name)[:80]
    if is_code(name):
        vintage = ", ".join(geography.levels[level].name for level in NAMED if level in geography.levels)
        what = f"{shown} is no code of this vintage ({vintage})"
        remedy = f"ask by the name, as in --area {names['name'].iloc[0]!r}"
        table = names_file(geography.stem)
        remedy += f"; names and codes stand in geodata/reference/{table.name}" if table.exists() else ""
        raise Problem("--area", what, remedy, usage=True)
    found_near = near(name, names["name"])
    hint = (
        f"did you mean {' or '.join(found_near)}?"
        if found_near
        else "name an authority, combined authority, region or nation, or give its code"
    )
    raise Problem("--area", f"there is no area called {shown}", hint, usage=True)


def also_named(names: pd.DataFrame, name: str, geography: Geography) -> str | None:
    """The code of the one authority that goes by this name too: "Hull", "Bristol" or "Southwark Council". None where it may
    also mean a larger area (London is not the City of London), or a county that shares the name of a city."""
    wanted = name_key(name)
    if not wanted or COUNTY.search(name):
        return None
    held = read_names(geography.stem)
    every = names if held is None else pd.concat([names, held])[["level", "code", "name"]].drop_duplicates()
    known: dict[str, set[str]] = {}
    for code, title in every[["code", "name"]].itertuples(index=False):
        known.setdefault(code, set()).update(map(name_key, (title, *geography.also_named.get(code, []))))
    found = [code for code, keys in known.items() if wanted in keys]
    authority = names.loc[names["level"] == "authority", "code"]
    return found[0] if len(found) == 1 and found[0] in set(authority) else None


def check_names(geography: Geography, wanted: tuple[str, ...]) -> None:
    """Raises Problem (usage) for a name that is not in the geography's committed table, before anything is fetched."""
    names = read_names(geography.stem)
    for name in wanted if names is not None else ():
        resolve(names, name, geography)


def difference(table: pd.DataFrame | None, areas: pd.DataFrame) -> str | None:
    """How the committed table of names differs from the look-ups, in one sentence; None where they agree."""
    if table is None:
        return None
    found = names_of(areas)
    ours, theirs = (set(frame.itertuples(index=False, name=None)) for frame in (table[found.columns], found))
    if ours == theirs:
        return None
    lines = [f"{code} {name} is in {where} alone" for where, some in (("the table", ours - theirs), ("the look-ups", theirs - ours)) for _, code, name in sorted(some)]  # fmt: skip
    more = f" and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
    return f"the geography's table of names differs from the look-ups: {'; '.join(lines[:SHOWN])}{more}"


def main(data: str) -> None:
    """Write the table of names of the geography in `data`, which a refresh has filled."""
    workspace = open_workspace(Settings.read(data=data))
    areas = pd.read_parquet(output(workspace.data, "geography/areas").path)
    target = names_file(workspace.geography.stem)
    store.write_bytes(target, names_of(areas).to_csv(index=False, lineterminator="\n").encode())
    print(Path(target.parent.name) / target.name)


if __name__ == "__main__":
    main(*sys.argv[1:])
