"""Labels: what people are shown for the codes that tables hold, and what each code means; read once, from labels.yml."""

from collections.abc import Mapping
from functools import cache

import pandas as pd
from pydantic import Field

from geodata.records import Record, read_record
from pipelines.register.licence import Licence
from pipelines.register.register import DEFINITIONS


class Label(Record):
    """One code as people see it, and a clause that says what it means, where the label does not say it all."""

    label: str = Field(min_length=1)
    meaning: str = ""


class CodeList(Record):
    """The codes of one kind, in their order, and the columns (`table.column` of a release) that hold them."""

    columns: list[str]
    codes: dict[str, Label] = Field(min_length=1)


class Labels(Record):
    """Every list of codes, by name."""

    lists: dict[str, CodeList]


@cache
def read_labels() -> dict[str, CodeList]:
    """The lists of labels.yml. Raises DefinitionError naming file, line and key."""
    return read_record(Labels, DEFINITIONS / "labels.yml").lists


def label(codes: str, code: str) -> str:
    """The label of a code of the list `codes`; a code that is not in it, as an older release may hold, with spaces."""
    known = read_labels()[codes].codes
    return known[code].label if code in known else spaced(code)


def meaning(codes: str, code: str) -> str:
    """What a code means; its label where that says it all."""
    known = read_labels()[codes].codes
    return (known[code].meaning if code in known else "") or label(codes, code)


def explained(codes: str, code: str) -> str:
    """The label of a code with what it means."""
    short, long = label(codes, code), meaning(codes, code)
    return short if long == short else f"{short}: {long}"


def spaced(code: str) -> str:
    """A code with spaces, for what no definition describes."""
    return str(code).replace("_", " ")


def coded_columns() -> dict[tuple[str, str], str]:
    """The name of the list whose codes a column holds, by table and column of a release."""
    named = ((name, column.partition(".")) for name, entry in read_labels().items() for column in entry.columns)
    return {(table, column): name for name, (table, _, column) in named}


def label_table(licences: Mapping[str, Licence]) -> pd.DataFrame:
    """Table `label` of a release: `list`, `code`, `label` and `meaning`; the titles of `licences` are the list `licence`."""
    rows = [
        (name, code, entry.label, entry.meaning or None)
        for name, codes in read_labels().items()
        for code, entry in codes.codes.items()
    ]
    rows += [
        ("licence", code, licence.title + (" (share-alike)" if licence.share_alike else ""), None)
        for code, licence in licences.items()
    ]
    return pd.DataFrame(rows, columns=["list", "code", "label", "meaning"]).astype("str")
