"""`commonground score`: a table scored and shown or written, or a definition to start from written from its headings.

With --json one object: `definition`, `table` and `out` (names of files; null: nothing was written), `n_rows`, `notes` (what was
left out or imputed, in sentences), `columns`, and `rows`: every row by column, null where not known or where --out has them.
"""

import json
import shlex
from pathlib import Path

from pipelines.commands.say import say
from pipelines.core import store
from pipelines.core.problem import Problem
from pipelines.indices.any_table import Asked, score_file
from pipelines.indices.new_definition import write_definition

ENDINGS = (".csv", ".parquet")
SHOWN = 20


def tell(
    definition: Path, table: Path | None, out: Path | None, within: Path | None, asked: Asked, wants_json: bool = False
) -> None:
    """Score a table and show the first rows, write all, or print them as JSON. Raises Problem."""
    if not definition.is_file():
        remedy = "give the name of a definition, or --new to have one written"
        raise Problem(str(definition), "is not there", remedy, usage=True)
    if table is None:
        raise Problem(str(definition), "is given alone", "give a definition and the table it scores", usage=True)
    if out:
        _refuse_out(out, [given for given in (definition, table, within) if given])
    notes: list[str] = []

    def note(words: str) -> None:  # at once: what was left out or imputed may be why it fails
        notes.append(words)
        say(words, err=True)

    scored = score_file(definition, table, asked, within, note)
    if out and out.suffix.lower() == ".parquet":
        store.write_parquet(out, scored)
    elif out:
        store.write_bytes(out, scored.to_csv(index=False).encode())
    if wants_json:
        rows = None if out else json.loads(scored.to_json(orient="records", double_precision=15))
        told = {
            "definition": str(definition),
            "table": str(table),
            "out": str(out) if out else None,
            "n_rows": len(scored),
        }
        say(store.json_bytes(told | {"notes": notes, "columns": list(scored.columns), "rows": rows}).decode().rstrip())
    else:
        say(f"{len(scored):,} rows written to {out}" if out else scored.head(SHOWN).to_string(index=False))


def _refuse_out(out: Path, read: list[Path]) -> None:
    """Raises Problem (usage) where the result cannot be written there: another ending, or over what is read."""
    if out.suffix.lower() not in ENDINGS:
        raise Problem(str(out), "is neither .csv nor .parquet", "give --out one of these endings", usage=True)
    for given in read if out.exists() else ():
        if out.samefile(given):
            remedy = "give --out another name"
            raise Problem(str(out), f"is {given}, which is read, and would be overwritten", remedy, usage=True)


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
