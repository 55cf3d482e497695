"""CSV files that an operator keeps by hand in DIR: each line with its number under the headings it must have, or refused."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from pipelines.core.problem import Problem

PERSONAL = re.compile(r"[^\s/]@[^\s/]+\.\w|(?:^|(?<=[\s(:]))(?:\+\d|0)[\d\s()-]{8,}\d")  # an e-mail or telephone number
LONGEST, MOST_BYTES = 2_000, 20_000_000  # characters of a cell, bytes of the file
TOLD = 5  # wrong lines that are told in full


def read_lines(
    path: Path, headings: Sequence[str], aliases: Mapping[str, set[str]], one: str
) -> list[tuple[int, list[str]]]:
    """Each record below the headings, blank ones left out, with the line it starts on.

    `aliases`: other names of a heading; case and blanks are passed over. `one`: what a line is, for people. Raises Problem
    for what is no CSV in UTF-8, or has other headings.
    """
    name = path.name
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Problem(name, f"is larger than {MOST_BYTES / 1e6:.0f} MB", f"keep to one line a {one}")
        body, rows, start = path.read_bytes(), [], 1
        reader = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True)
        for row in reader:
            rows.append((start, row))
            start = reader.line_num + 1
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise Problem(name, f"line {line}: a byte that is not UTF-8 text", "save it again as CSV UTF-8") from error
    except csv.Error as error:
        message = f"line {start}: cannot be read as CSV in UTF-8 ({error})"
        raise Problem(name, message, "save it again as CSV UTF-8") from error
    except OSError as error:
        raise Problem(name, f"cannot be read ({error.strerror})", "make it a CSV file, or move it away") from error
    found = [cell.strip().casefold().replace(" ", "_") for cell in rows[0][1]] if rows else []
    expected = [{heading, *aliases.get(heading, ())} for heading in headings]
    if len(found) != len(headings) or not all(h in names for h, names in zip(found, expected, strict=True)):
        what = f"line 1: the headings are {', '.join(found) or 'missing'}"
        raise Problem(name, what, f"write {','.join(headings)}")
    return [(number, row) for number, row in rows[1:] if any(cell.strip() for cell in row)]


def wrong_form(headings: Sequence[str], row: Sequence[str]) -> str | None:
    """What is wrong with a line whatever it says, None where nothing is: too few cells, too many, or one too long."""
    if len(row) != len(headings):
        return f"{len(row)} cells, where {len(headings)} are needed ({', '.join(headings)})"
    if (longest := max(map(len, row))) > LONGEST:
        return f"a cell of {longest:,} characters, where {LONGEST:,} are the most"
    return None


def refuse(name: str, wrong: Sequence[str], none: str) -> NoReturn:
    """Raises Problem naming the first wrong lines, and that until they are mended `none` is applied."""
    more = f"; and {len(wrong) - TOLD} more lines" if len(wrong) > TOLD else ""
    remedy = f"mend the line; until then no {none} is applied and no release made"
    raise Problem(name, "; ".join(wrong[:TOLD]) + more, remedy)
