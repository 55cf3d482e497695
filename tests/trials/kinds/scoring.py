"""`commonground score` on tables and lists that people hand us: sums, units and notes among areas, odd rows, odd cells, odd lists."""

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner
from trials.case import Told

from pipelines.commands.cli import main

DEFINITION = """title: Trial
shown_as: Trial
question: Q?
reference_year: 2026
normalise: percentile
area_column: code
publish: false
uncertainty: {draws: 50}
domains:
  a:
    title: A
    weight: 1
    reason: r
    members:
      poor_pct: {weight: 1, reason: r}
      ill_pct: {weight: 1, reason: r}
"""
DRAWN = random.Random(2026)
HEADING = "code,poor_pct,ill_pct"
ROWS = [f"E0100000{n},{DRAWN.uniform(3, 30):.1f},{DRAWN.uniform(3, 30):.1f}" for n in range(1, 9)]
SUMS = [
    "Total",
    "England",
    "All areas",
    "E92000001",
    "E12000007",
    "E09000012",
    "E02000001",
    "Source: ONS",
    "London total",
    "-",
    "n/a",
    "Unknown",
    "E99999999",
]
CELLS = [
    "..",
    "*",
    "c",
    "[x]",
    "-",
    "inf",
    "1e400",
    '"1,014.2"',
    "12%",
    "\uff11\uff12",
    "\u22125",
    "(5)",
    "0x10",
    "1_000",
    "True",
    "31/01/2025",
]


def table(*more: str, rows: list[str] = ROWS, heading: str = HEADING) -> bytes:
    return "\n".join([heading, *rows, *more, ""]).encode()


def asked(folder: Path, *words: str) -> tuple[int, str, str]:
    """Exit code, output and what was told, asked in `folder`, whose files keep what they say."""
    (folder / "def.yml").write_text(DEFINITION)
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    ran = CliRunner().invoke(main, ["score", *words])
    assert ran.exception is None or isinstance(ran.exception, SystemExit), repr(ran.exception)
    assert all(path.read_bytes() == body for path, body in before.items()), "an input was altered"
    return ran.exit_code, ran.stdout, ran.stderr.strip()


def refused(body: bytes, names: str) -> Callable[[Path], str]:
    """A table that must be refused in a sentence that holds `names`."""

    def run(folder: Path) -> str:
        (folder / "table.csv").write_bytes(body)
        code, out, told = asked(folder, str(folder / "def.yml"), str(folder / "table.csv"))
        assert code, f"scored without a word: {out.splitlines()[:3]}"
        assert names in told, told
        return told

    return run


def listed(body: bytes, names: str) -> Callable[[Path], str]:
    """A list of areas of which something must be told."""

    def run(folder: Path) -> str:
        (folder / "table.csv").write_bytes(table())
        (folder / "list.csv").write_bytes(body)
        words = (str(folder / "def.yml"), str(folder / "table.csv"), "--within", str(folder / "list.csv"))
        _, _, told = asked(folder, *words)
        assert names in told, told or "nothing was told"
        return told

    return run


def written_over(name: str) -> Callable[[Path], str]:
    """An output that is the table, by another path."""

    def run(folder: Path) -> str:
        (folder / "table.csv").write_bytes(table())
        (folder / "link.csv").symlink_to("table.csv")
        (folder / "hard.csv").hardlink_to(folder / "table.csv")
        (folder / "below").mkdir()
        words = (str(folder / "def.yml"), str(folder / "table.csv"), "--out", str(folder / name))
        code, _, told = asked(folder, *words)
        assert code, "it was written"
        return told

    return run


def workbook() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return out.getvalue()


def tied(folder: Path) -> str:
    """Areas whose members add up to the same have one rank, whatever the order they are added in."""
    rows = [
        f"N{n},{a},{b},{c}"
        for n, (a, b, c) in enumerate(
            [(1, 2, 3), (3, 2, 1), (2, 2, 2), (2, 3, 1), (5, 5, 5), (1, 1, 1), (1, 3, 2), (4, 1, 1)]
        )
    ]
    (folder / "table.csv").write_bytes(table(rows=rows, heading="code,damp,noise,litter"))
    members = "".join(f"      {name}: {{weight: 1, reason: r}}\n" for name in ("damp", "noise", "litter"))
    text = DEFINITION.replace("percentile", "none").partition("      poor_pct")[0] + members
    (folder / "tied.yml").write_text(text)
    out = folder / "out.csv"
    code, _, told = asked(folder, str(folder / "tied.yml"), str(folder / "table.csv"), "--spread", "--out", str(out))
    assert code == 0, told
    names, *scored = (line.split(",") for line in out.read_text().splitlines())
    ranks = {row[names.index("rank")] for row in scored if row[0] not in ("N4", "N5")}
    assert ranks == {"2"}, f"equals are ranked {sorted(ranks)}"
    return "ranks compared on the grid"


CASES = [
    *(Told("sum or note", repr(code), refused(table(f"{code},66.3,38.9"), "row 10")) for code in SUMS),
    Told("sum or note", "blank code", refused(table(",66.3,38.9"), "row 10")),
    Told("sum or note", "units under the heading", refused(table(rows=["code,%,%", *ROWS]), "row 2")),
    Told("sum or note", "a line of text", refused(table("Note: estimates"), "line 10")),
    Told("row", "longer, the first", refused(table(rows=["E01000009,1,014.2,8.1", *ROWS]), "line 2")),
    Told("row", "longer, the last", refused(table("E01000009,1,014.2,8.1"), "line 10")),
    Told("row", "shorter", refused(table("E01000009,1"), "line 10")),
    Told("row", "an area twice", refused(table(ROWS[2]), "more than once")),
    Told("row", "an area twice, in lower case", refused(table(ROWS[2].lower()), "row 10")),
    Told("row", "an area twice, in full-width digits", refused(table("E\uff101000003,1,2"), "row 10")),
    Told("row", "none", refused(table(rows=[]), "holds no row")),
    Told(
        "row",
        "two columns of one heading",
        refused(table(rows=[f"{row},1" for row in ROWS], heading=HEADING + ",poor_pct"), "stands twice"),
    ),
    *(Told("cell", repr(cell), refused(table(f"E01000009,{cell},8.1"), "row 10")) for cell in CELLS),
    Told("form", "semicolons", refused(table().replace(b",", b";"), "semicolons")),
    Told("form", "tabs", refused(table().replace(b",", b"\t"), "tabs")),
    Told("form", "semicolons, decimal commas", refused(table().replace(b",", b";").replace(b".", b","), "line 2")),
    Told("form", "UTF-16", refused(table().decode().encode("utf-16"), "UTF-8")),
    Told("form", "a title above", refused(b"My table,,\n" + table(), "no column")),
    Told("form", "a workbook", refused(workbook(), "xlsx")),
    Told("form", "a web page", refused(b"<html><body>sorry</body></html>", "holds no row")),
    Told("list", "one unknown", listed(b"E01000001\nE01088888\n", "E01088888 (line 2)")),
    Told("list", "all unknown", listed(b"E01099999\n", "none of the 1 areas")),
    Told("list", "a total", listed(b"code\nE01000001\nTotal\n", "Total (line 3)")),
    Told("list", "full-width digits", listed("E01000001\nE\uff101000002\n".encode(), "line 2")),
    Told("list", "UTF-16", listed("E01000001\n".encode("utf-16"), "UTF-8")),
    *(
        Told("output", name, written_over(name))
        for name in ("table.csv", "link.csv", "hard.csv", "below/../table.csv", "def.yml", "below")
    ),
    Told("ties", "sums in any order", tied),
]
