"""What `commonground score` is given: a table of areas and a list of some of them, read strictly, sums refused."""

import re
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd
from pandas._libs.parsers import STR_NA_VALUES

from geodata.geography import read_geographies
from pipelines.core.csv_text import read_csv_text, read_list
from pipelines.core.limits import HELD
from pipelines.core.parquet_file import read_parquet
from pipelines.core.problem import Problem
from pipelines.fetch.forms import form_of

LIST_HEADINGS = ("area_code", "code", "area")
# what a line of sums or notes is called in place of an area
SUM = re.compile(r"(grand |sub-?|all |over)?totals?\b.*|sum|all( areas)?|overall|average|mean|median|(source|notes?)\s*:.*", re.I | re.S)  # fmt: skip
SHORT = 3  # characters that may be a code without digits, such as NA
OF_OTHERS = r"[NSW](?!92)[0-9]{8}"  # codes of areas in the other nations of the United Kingdom
FEW, FEW_SHARE = 3, 0.005  # rows of another form than the rest, beyond which they are areas of another kind
OTHERS = {";": "semicolons", "\t": "tabs", "|": "bars"}
SHOWN = 5


def headings_of_areas() -> list[str]:
    """What codes of small areas are headed by in people's lists, in any geography."""
    return list(dict.fromkeys(h for g in read_geographies().values() for h in g.levels["area"].headings))


def _codes_above(level: str) -> str:
    """What codes of nations or of regions look like, which are the sums of the areas below them, in any geography."""
    return "|".join(geography.above[level] for geography in read_geographies().values() if level in geography.above)


def read_table(path: Path, area_column: str | None = None, used: Collection[str] | None = None) -> pd.DataFrame:
    """A CSV or Parquet file. Of a CSV the area column (the first, unless named) is text as it stands, with its leading
    zeros; a column of numbers is numbers; the index is each row's line. `used` names the headings that must be single.

    Raises Problem where it cannot be read, and for a CSV whose rows are not all as long as the heading.
    """
    try:
        if path.suffix.lower() == ".parquet":
            return read_parquet(path.name, _bytes(path)).to_pandas()
        body = _bytes(path)
        if (form := form_of(body)) not in ("csv", "json"):
            raise Problem(path.name, f"is a file of the form {form} and no CSV", "save it as CSV (UTF-8) or Parquet")
        frame = read_csv_text(path.name, body, used=used)
    except (ValueError, OSError) as error:
        kind = "Parquet" if path.suffix.lower() == ".parquet" else "CSV"
        message = f"cannot be read as {kind} ({str(error).splitlines()[0]})"
        raise Problem(path.name, message, "save it as CSV (UTF-8) or Parquet") from error
    if len(frame.columns) == 1 and (other := next((mark for mark in ";\t|" if mark in frame.columns[0]), None)):
        message = f"has one column, and its heading holds {OTHERS[other]}"
        raise Problem(path.name, message, "save it with commas between cells, and points in numbers")
    if frame.empty:
        raise Problem(path.name, "holds no row", "give one row an area")
    area = area_column if area_column in frame.columns else frame.columns[0]
    # in any other column NA is nothing and 001 is 1
    numbers = {name: _numbers(frame[name]) for name in frame.columns if name != area}
    codes = frame[area].str.strip().replace("", None)
    frame = pd.DataFrame({name: numbers.get(name, codes) for name in frame.columns}, index=frame.index)
    return frame[frame.notna().any(axis=1)]  # a spreadsheet's empty rows are written as nothing but commas


def _bytes(path: Path) -> bytes:
    if path.stat().st_size > HELD:
        message = f"is larger than the {HELD / 1e6:,.0f} MB that a table may have"
        raise Problem(path.name, message, "take out the columns that the definition does not read")
    return path.read_bytes()


def _numbers(column: pd.Series) -> pd.Series:
    known = column.mask(column.isin(STR_NA_VALUES))
    try:
        numbers = pd.to_numeric(known)
    except (ValueError, TypeError, OverflowError):
        return known
    return known if numbers.dtype == object else numbers  # digits for more than any number


def read_codes(path: Path, areas: Collection[str], table: str) -> tuple[tuple[str, ...], str | None]:
    """The areas of a list, as they stand in `areas`, and one sentence on those that are not there (None where all are).

    The column is that of a known heading, else the first; letter case and spaces do not matter. Raises Problem where the
    list cannot be read, names no area, or none of `areas`.
    """
    exact = dict.fromkeys(map(str, areas))
    folded: dict[str, list[str]] = {}
    for code in exact:
        folded.setdefault(_folded(code), []).append(code)

    def find(value: str) -> str | None:
        near = folded.get(_folded(value), [])
        return value if value in exact else near[0] if len(near) == 1 else None

    lines = [(line, value.strip()) for line, value in read_list(path, (*LIST_HEADINGS, *headings_of_areas()), find)]
    lines = [(line, value) for line, value in lines if value]
    if not lines:
        raise Problem(path.name, "lists no area", "give one code a line")
    found = {value: find(value) for _, value in lines}
    missing = [(line, value) for line, value in lines if found[value] is None]
    if len(missing) == len(lines):
        first = f"line {missing[0][0]}: {missing[0][1][:60]!r}"
        message = f"holds none of the {len(lines):,} areas listed in {path.name} ({first})"
        raise Problem(table, message, "check the codes of the list")
    codes = tuple(dict.fromkeys(code for code in found.values() if code))
    if not missing:
        return codes, None
    first = ", ".join(f"{value[:60]} (line {line})" for line, value in missing[:SHOWN])
    more = f" and {len(missing) - SHOWN:,} more" if len(missing) > SHOWN else ""
    are = "is" if len(missing) == 1 else "are"
    return (
        codes,
        f"{path.name}: {len(missing):,} of the {len(lines):,} areas listed {are} not in {table}: {first}{more}",
    )


def _folded(code: str) -> str:
    return re.sub(r"\s+", "", code).casefold()


def check_areas(frame: pd.DataFrame, name: str, area: str, headings: Collection[str]) -> None:
    """Raise Problem where a table has no column of a heading, or its areas are unknown, repeated, or no areas at all."""
    if missing := [h for h in dict.fromkeys([area, *headings]) if h not in frame.columns]:
        raise Problem(
            name,
            f"has no column {', '.join(map(repr, missing[:5]))}",
            "name it in the definition with `heading` or `area_column`, or with --frame as it stands in the table",
        )
    if frame[area].isna().any():
        row = number_of_row(frame, int(frame[area].isna().to_numpy().argmax()))
        raise Problem(name, f"row {row}, column {area!r}: there is no area", "give each row the code of its area")
    if (at := first_sum(frame[area])) is not None:
        message = f"row {number_of_row(frame, at)}, column {area!r}: {str(frame[area].iloc[at])[:60]!r} is a sum or a note, not an area"
        raise Problem(name, f"{message} like the rest", "take out every row that is not an area")
    if frame[area].duplicated().any():
        raise Problem(
            name,
            f"column {area!r} holds {frame.loc[frame[area].duplicated(), area].iloc[0]!r} more than once",
            "give each area one row",
        )


def number_of_row(frame: pd.DataFrame | pd.Series, at: int) -> int:
    """The number a reader finds a row by: its line in a CSV, else its row in a sheet whose heading is row 1."""
    return int(frame.index[at]) if frame.index.name == "line" else at + 2


def numbers(frame: pd.DataFrame, heading: str, name: str) -> pd.Series:
    """A column as numbers, by position. Raises Problem naming the first cell that is none."""
    column = frame[heading]
    try:
        is_date = pd.api.types.is_datetime64_any_dtype(column)  # which pandas would count in nanoseconds
        found = pd.to_numeric(column.astype(str) if is_date else column, errors="coerce").astype(float)
    except OverflowError:  # digits for more than any number: infinite, and told below
        found = column.map(_float).astype(float)
    except (TypeError, ValueError):  # lists and the like, of which a Parquet file may hold some
        found = pd.Series(np.nan, index=column.index)
    bad = (column.notna() & found.isna()) | np.isinf(found)
    if bad.any():
        at = int(bad.to_numpy().argmax())
        message = f"row {number_of_row(frame, at)}, column {heading!r}: {str(column.iloc[at])[:60]!r} is not a number"
        raise Problem(name, message, "leave the cell empty where the value is not known")
    return found.reset_index(drop=True)


def _float(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return np.nan


def first_sum(codes: pd.Series) -> int | None:
    """The position of the first row that is no area but a sum of areas or a note, as far as its code tells.

    That is a code called total, average or the like; a name, or one with a space in it, among codes with digits; the code of
    a nation, a region or any larger area among codes of smaller ones; one of no known kind, among codes of one.
    """
    texts = codes.astype("str").str.strip()
    is_sum = texts.str.fullmatch(SUM.pattern, flags=SUM.flags)
    is_code = texts.str.contains(r"\d") & ~texts.str.contains(r"\s") | (texts.str.len() <= SHORT)
    if is_code.mean() > 0.5:
        is_sum |= ~is_code
    is_nation = texts.str.fullmatch(_codes_above("nation"))
    is_sum |= _unlike(texts)
    coarse = is_nation | texts.str.fullmatch(_codes_above("region"))
    if coarse.all():  # a table of regions, in which the nation is the sum
        coarse = is_nation
    if not coarse.all():
        is_sum |= coarse
    return int(is_sum.to_numpy().argmax()) if is_sum.any() else None


def _unlike(codes: pd.Series) -> pd.Series:
    """True for the few codes that are none of the level which most are of: a code of a larger level, or of none."""
    odd = pd.Series(False, index=codes.index)
    for geography in read_geographies().values():
        levels = list(geography.levels)
        fits = {level: codes.str.fullmatch(geography.pattern(level)).fillna(False).astype(bool) for level in levels}
        most = next((level for level in reversed(levels) if fits[level].mean() > 0.5), None)
        if most is None:
            continue
        for level in levels[levels.index(most) + 1 :]:
            odd |= fits[level] & ~fits[most]
        strange = ~fits[most] & ~codes.str.fullmatch(OF_OTHERS).fillna(False).astype(bool)
        if strange.sum() <= max(FEW, FEW_SHARE * len(codes)):
            odd |= strange
    return odd
