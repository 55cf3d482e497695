"""Keeps README.md and docs/ true to the code: writes the parts of them that are generated.

`python -m pipelines.commands.docs` writes them; with `--check` it names the stale ones and exits 1. A part stands
between `<!-- generated: NAME -->` and `<!-- end -->`, on any page.
"""

import re
import sys
from pathlib import Path

import click

from pipelines.commands.dependencies import ROOT
from pipelines.commands.doc_parts import parts
from pipelines.core.problem import Problem

PART = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.S)


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; name what is stale and exit 1.")
def main(check: bool) -> None:
    """Write the generated parts of README.md and docs/."""
    made, held, stale = parts(), set(), []
    for page in pages(ROOT):
        text, name = page.read_text("utf-8"), page.relative_to(ROOT).as_posix()
        fresh, differ = refreshed(text, made, name)
        held |= named(text)
        stale += [f"{name}: {part}" for part in differ]
        if differ and not check:
            page.write_text(fresh, "utf-8")
    if unheld := sorted(set(made) - held):
        raise Problem("docs", f"no page holds the generated parts {', '.join(unheld)}", "add their marks to one")
    if check and stale:
        click.echo(f"stale: {', '.join(stale)}. Run `make docs`.", err=True)
        sys.exit(1)
    click.echo(f"wrote {', '.join(stale)}" if stale else "every generated part of README.md and docs/ is fresh")


def pages(root: Path) -> list[Path]:
    """README.md and every page under docs/."""
    return [root / "README.md", *sorted((root / "docs").glob("*.md"))]


def named(text: str) -> set[str]:
    """The generated parts that a page holds."""
    return {match[2] for match in PART.finditer(text)}


def refreshed(text: str, made: dict[str, str], page: str) -> tuple[str, list[str]]:
    """`text` with every part as `made`, and the names of the parts that differed. Raises Problem for other names."""
    if odd := sorted(named(text) - set(made)):
        raise Problem(
            page, f"has generated parts that nothing makes ({', '.join(odd)})", "see pipelines/commands/doc_parts.py"
        )
    fresh = PART.sub(lambda match: f"{match[1]}{made[match[2]]}\n{match[3]}", text)
    before, after = ({match[2]: match[0] for match in PART.finditer(of)} for of in (text, fresh))
    return fresh, [name for name in before if before[name] != after[name]]


if __name__ == "__main__":
    main()
