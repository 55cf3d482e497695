"""What is asked of a short list, as one record: from the options of the command, from a file that an earlier choice left, or
from both; and that file."""

import datetime
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, model_validator

from geodata.records import Record, read_record
from pipelines.core.problem import Problem
from pipelines.register.labels import read_labels

Level = Literal["area", "ward", "msoa"]
Scope = Literal["nation", "region", "authority"]
NAMED = re.compile(r"(?P<name>[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?)")


class Made(Record):
    """What an earlier run of a choice gave: the release, its definitions, and the codes chosen, first first;
    `asked_otherwise`: options took the place of what the file says."""

    release: str
    definition_sha256: str
    chosen: list[str]
    asked_otherwise: bool = False


class Choice(Record):
    """What is asked: `n` units of `level` in `areas` that stand highest by `indices` (name of an index, or INDEX.DOMAIN, to
    its weight), and what they are held to. `worst`: by index or domain, the percent of `worst_in` they must be among.
    `labels`: of the typology, any of which a small area must have."""

    areas: list[str] = []
    n: int = Field(10, ge=1)
    level: Level = "area"
    indices: dict[str, float] = {}
    max_per_ward: int | None = Field(None, ge=1)
    max_per_authority: int | None = Field(None, ge=1)
    min_residents: int | None = Field(None, ge=0)
    exclude: list[str] = []
    labels: list[str] = []
    worst: dict[str, float] = {}
    worst_in: Scope = "nation"
    cut_date: datetime.date | None = None
    made: Made | None = None

    @model_validator(mode="after")
    def _fits(self):
        if self.max_per_ward and self.level != "area":
            raise ValueError(f"max_per_ward is for small areas: a {self.level} does not lie in one ward")
        if self.labels and self.level != "area":
            raise ValueError("labels are of small areas: a label is for level: area")
        if odd := [code for code in self.labels if code not in read_labels()["typology"].codes]:
            raise ValueError(f"there is no label {odd[0]}: give one of {', '.join(read_labels()['typology'].codes)}")
        if any(weight <= 0 for weight in self.indices.values()):
            raise ValueError("indices: a weight is above zero")
        if any(not 0 < percent <= 100 for percent in self.worst.values()):
            raise ValueError("worst: a percentage is above 0 and at most 100")
        return self

    @property
    def names(self) -> list[str]:
        """Every index or domain that is asked for, those chosen by first."""
        return list(dict.fromkeys([*self.indices, *self.worst]))

    @property
    def shares(self) -> dict[str, float]:
        """The weights of what is chosen by, adding up to 1; 0 of what a list is only held to."""
        return {name: self.indices.get(name, 0.0) / sum(self.indices.values()) for name in self.names}


def read_choice(file: Path | None, headline: str, options: Mapping[str, Any]) -> Choice:
    """The choice of a file with what the options say instead, or of the options alone; `headline` where no index is named.
    Raises Problem (usage), or DefinitionError naming the line of the file."""
    said = {name: value for name, value in options.items() if value not in (None, (), [])}
    known = read_record(Choice, file) if file else None
    asked = {**(known.model_dump() if known else {}), **said}
    if said and known and known.made:
        asked["made"] = known.made.model_copy(update={"asked_otherwise": True})
    if not asked.get("areas"):
        raise Problem("select", "is not told where", "name an area with --area", usage=True)
    if "indices" in said:
        asked["indices"] = _weighed(said["indices"], "indices", headline)
    asked["indices"] = asked.get("indices") or {headline: 1.0}
    if "worst" in said:
        asked["worst"] = _weighed(said["worst"], "worst", next(iter(asked["indices"])))
    try:
        return Choice(**asked)
    except ValueError as error:
        message = (
            str(error.errors()[0]["msg"]).removeprefix("Value error, ") if hasattr(error, "errors") else str(error)
        )
        raise Problem("select", message, "mend the option", usage=True) from error


def _weighed(said: tuple[str, ...], option: str, first: str) -> dict[str, float]:
    """`NAME[=WEIGHT]` of --index, or `[NAME=]PERCENT` of --worst (of the `first` index where none is named), each once."""
    flag, form = {"indices": ("--index", "NAME or NAME=WEIGHT"), "worst": ("--worst", "PERCENT or NAME=PERCENT")}[
        option
    ]
    found: dict[str, float] = {}
    for text in said:
        name, _, number = text.partition("=")
        if option == "worst" and not number:
            name, number = first, text
        try:
            value = float(number.rstrip(" %")) if number else 1.0
        except ValueError:
            value = float("nan")
        if not NAMED.fullmatch(name.strip()) or not 0 < value < float("inf"):
            raise Problem(flag, f"{text[:60]!r} is not {form}", f"give it as in {flag} {first}=2", usage=True)
        if name.strip() in found:
            raise Problem(flag, f"{name.strip()} is named twice", "name it once", usage=True)
        found[name.strip()] = value
    return found


def choice_text(choice: Choice) -> str:
    """The choice as a file that `--choice` reads."""
    told = choice.model_dump(mode="json", exclude_none=True, exclude_defaults=False)
    told = {name: value for name, value in told.items() if value not in ([], {})}
    if "made" in told:
        del told["made"]["asked_otherwise"]  # of this run, and not of the next
    head = "# A short list of Common Ground, to be made again: commonground select --choice THIS_FILE\n"
    return head + yaml.safe_dump(told, sort_keys=False, allow_unicode=True)
