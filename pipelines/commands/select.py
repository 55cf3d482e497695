"""`commonground select`: a short list shown, or written with the choice beside it so that it can be made again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.answers.latest import headline, open_latest
from pipelines.answers.selection.choice import Choice, Made, choice_text, read_choice
from pipelines.answers.selection.facts import Selection
from pipelines.answers.selection.shortlist import shortlist
from pipelines.answers.selection.shortlist_text import table_of, text_of
from pipelines.answers.sheet import as_json
from pipelines.commands.say import say
from pipelines.core import store
from pipelines.core.problem import Problem
from pipelines.core.settings import Settings

ENDINGS = (".csv", ".json", ".txt")


def tell(settings: Settings, file: Path | None, out: Path | None, wants_json: bool, options: Mapping[str, Any]) -> None:
    """Choose, and show the list or write it. Raises Problem."""
    if out and out.suffix.lower() not in ENDINGS:
        raise Problem(str(out), "is none of .csv, .json and .txt", "give --out one of these endings", usage=True)
    beside = out.with_suffix(".choice.yml") if out else None
    if file and beside and beside.exists() and beside.samefile(file):
        message = f"would write over {file}, which says what was chosen before"
        raise Problem(str(out), message, "give --out another name", usage=True)
    with open_latest(settings.data) as connection:
        first = headline(connection)
    choice = read_choice(file, first, options)
    told = shortlist(settings, choice)
    if not out or not beside:
        say(as_json(told) if wants_json else text_of(told))
        return
    store.write_bytes(out, _content(out.suffix.lower(), told))
    codes = [unit["code"] for unit in told["chosen"]]
    made = Made(release=told["release"]["version"], definition_sha256=told["definition_sha256"], chosen=codes)
    store.write_bytes(beside, choice_text(Choice(**{**told["choice"], "made": made})).encode())
    say(f"{len(codes):,} chosen, written to {out}; the choice, to be made again with --choice, to {beside}")


def _content(ending: str, told: Selection) -> bytes:
    if ending == ".csv":
        return pd.DataFrame(table_of(told)).to_csv(index=False, lineterminator="\n").encode()
    return (as_json(told) if ending == ".json" else text_of(told)).encode() + b"\n"
