"""Names of areas that may be asked for: one rule for what a name means, and a committed table that tells it before anything is fetched.

`python -m pipelines.areas.names DATA` writes the table of DATA's geography from the look-ups it holds; run it when a
geography gets new look-ups. The step of areas says where table and look-ups differ.
"""

import difflib
import sys
from pathlib import Path

import pandas as pd

from geodata.geography import Geography
from geodata.reference import names_file, read_names
from pipelines.core import store
from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.core.step import output
from pipelines.register.workspace import open_workspace

NAMED = ("authority", "combined_authority", "region", "nation")  # what --area may name, smallest first
SHOWN = 5


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


def resolve(names: pd.DataFrame, name: str) -> str:
    """The code of an area (`names`: level, code, name) given by name or code. Raises Problem (usage) with what is near."""
    known: dict[str, str] = {}
    for code, title in names[["code", "name"]].itertuples(index=False):
        known.setdefault(code.casefold(), code)
        known.setdefault(title.casefold(), code)
    if found := known.get(" ".join(name.casefold().split())):
        return found
    titles = {title.casefold(): title for title in names["name"]} | {code.casefold(): code for code in names["code"]}
    near = [titles[key] for key in difflib.get_close_matches(name.casefold(), titles, n=3, cutoff=0.6)]
    hint = (
        f"did you mean {' or '.join(near)}?"
        if near
        else "name an authority, combined authority, region or nation, or give its code"
    )
    raise Problem(
        "--area",
        f"there is no area called {ascii(name)[:80] if not name.isprintable() else repr(name)[:80]}",
        hint,
        usage=True,
    )


def check_names(geography: Geography, wanted: tuple[str, ...]) -> None:
    """Raises Problem (usage) for a name that is not in the geography's committed table, before anything is fetched."""
    names = read_names(geography.stem)
    for name in wanted if names is not None else ():
        resolve(names, name)


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
