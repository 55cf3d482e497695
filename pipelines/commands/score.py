"""`commonground score`: a table scored and shown or written, or a definition to start from written from its headings."""

import shlex
from functools import partial
from pathlib import Path

from pipelines.commands.say import say
from pipelines.core import store
from pipelines.core.problem import Problem
from pipelines.indices.any_table import Asked, score_file
from pipelines.indices.new_definition import write_definition

ENDINGS = (".csv", ".parquet")
SHOWN = 20


def tell(definition: Path, table: Path | None, out: Path | None, within: Path | None, asked: Asked) -> None:
    """Score a table and show the first rows, or write all. Raises Problem."""
    if not definition.is_file():
        remedy = "give the name of a definition, or --new to have one written"
        raise Problem(str(definition), "is not there", remedy, usage=True)
    if table is None:
        raise Problem(str(definition), "is given alone", "give a definition and the table it scores", usage=True)
    if out and out.suffix.lower() not in ENDINGS:
        raise Problem(str(out), "is neither .csv nor .parquet", "give --out one of these endings", usage=True)
    if out and out.exists():
        for given in filter(None, (definition, table, within)):
            if out.samefile(given):
                remedy = "give --out another name"
                raise Problem(str(out), f"is {given}, which is read, and would be overwritten", remedy, usage=True)
    scored = score_file(definition, table, asked, within, partial(say, err=True))
    if not out:
        say(scored.head(SHOWN).to_string(index=False))
        return
    if out.suffix.lower() == ".parquet":
        store.write_parquet(out, scored)
    else:
        store.write_bytes(out, scored.to_csv(index=False).encode())
    say(f"{len(scored):,} rows written to {out}")


def tell_new(definition: Path, table: Path | None, is_alone: bool) -> None:
    """Write a definition from the headings of a table; a table alone gives it its name. Raises Problem."""
    if not is_alone:
        raise Problem("--new", "writes a definition and scores nothing", "leave out the other options", usage=True)
    if table is None:
        table, definition = definition, Path(f"{definition.stem}.yml")
        if not table.is_file():
            raise Problem(str(table), "is not there", "give the name of a table", usage=True)
    say(write_definition(definition, table))
    say(f"Score it with: commonground score {shlex.quote(str(definition))} {shlex.quote(str(table))}")
