"""The generated parts of the pages for readers, by name: made from the definitions and the commands themselves, so that they cannot drift."""

from collections.abc import Iterable

import click
import pandas as pd

from geodata.geography import read_geographies
from pipelines.commands.cli import main as commands
from pipelines.commands.dependencies import WHY, dependencies
from pipelines.register.known_registers import REGISTERS, known_registers
from pipelines.register.labels import label, read_labels
from pipelines.register.provenance import indicator_sources
from pipelines.register.register import Register, read_register
from pipelines.register.source import Source
from pipelines.release.contents import ReleaseColumn, ReleaseTable, read_release_tables
from pipelines.release.health import OVERDUE_DAYS
from pipelines.release.inputs import FALLACY
from pipelines.release.pages.listing import FILES
from pipelines.release.schemas import MAIN, SCHEMAS, named
from pipelines.release.start_here import IN_ORDER
from pipelines.scoring.definition import Index

GEOGRAPHY = "england_lsoa21"
MADE_TABLES = {  # those that no SQL file makes
    "start_here": ("View: what stands in `main`, in reading order, and in the three other schemas", "position"),
    "neighbourhood_profile": ("View: one wide row per area, with every index and indicator", "area_code"),
    "audit.column_dictionary": ("What every column of every table and view holds", "table_name, column_name"),
}
MONTHS = {"yearly": 12, "quarterly": 3, "monthly": 1}  # from one edition to the next


def parts(register: Register | None = None) -> dict[str, str]:
    """Every generated part, by name."""
    register = register or read_register(read_geographies()[GEOGRAPHY])
    return {
        "caution": f"> {FALLACY}",
        "files": table(["File", "What it is"], ((f"`{name}`", text) for name, text in FILES.items())),
        "tables": _tables(),
        "columns": _columns(),
        "commands": _commands(),
        "indices": "\n\n".join(_index(index) for index in register.indices.values()),
        "indicators": _indicators(register),
        "sources": _sources(register),
        "registers": _known_registers(register),
        "calendar": _calendar(register),
        "licences": "\n".join(
            f"- `{key}`: [{licence.title}]({licence.url})" for key, licence in register.licences.items()
        ),
        "dependencies": table(["Package", "Why"], ((f"`{name}`", WHY.get(name, "")) for name in dependencies())),
    }


def table(headings: list[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines
    )


def _tables() -> str:
    """The tables of a release: the front room in reading order, then each cupboard."""
    made = {name: (f"`{name}`", *entry) for name, entry in MADE_TABLES.items()}
    told = {
        named(t.schema_name, t.name): (f"[`{named(t.schema_name, t.name)}`](#{t.name})", t.title, ", ".join(t.key))
        for t in _in_order()
    }
    return table(["Table", "What a row is", "Key"], (made | told).values())


def _in_order() -> list[ReleaseTable]:
    order = lambda t: (list(SCHEMAS).index(t.schema_name), IN_ORDER.index(t.name) if t.schema_name == MAIN else t.name)  # noqa: E731
    return sorted(read_release_tables().values(), key=order)


def _columns() -> str:
    """The dictionary: every column of every table, under a heading that can be linked to."""
    return "\n\n".join(
        f"### {t.name}\n\n{_stands_in(t)}" + "\n".join(_column(*column) for column in t.columns.items())
        for t in _in_order()
    )


def _stands_in(entry: ReleaseTable) -> str:
    return (
        ""
        if entry.schema_name == MAIN
        else f"In schema `{entry.schema_name}`: `{named(entry.schema_name, entry.name)}`.\n\n"
    )


def _column(name: str, column: ReleaseColumn) -> str:
    told = column.description.replace("<", "&lt;").replace("*", "\\*")
    unit = f" ({column.unit})" if column.unit else ""
    term = f" [{column.term}](glossary.md#{column.term.replace(' ', '-')})" if column.term else ""
    return f"- `{name}`: {told}{unit}{term}"


def _commands() -> str:
    shown, parent = [], click.Context(commands, info_name="commonground", **commands.context_settings)
    for name, command in commands.commands.items():
        context = click.Context(command, parent, info_name=name, terminal_width=100, max_content_width=100)
        shown.append(command.get_help(context))
    return "```text\n" + "\n\n".join(shown) + "\n```"


def _index(index: Index) -> str:
    rows = []
    total, entering = sum(domain.weight for domain in index.parts.values()), index.entering_weights
    as_read = dict(zip(index.parts, entering, strict=True))
    for name, domain in index.domains.items():
        inner = sum(domain.weights.values()) + sum(domain.not_read.values())
        members = [f"`{stem}` {member.weight / inner:.0%}" for stem, member in domain.members.items()]
        members += [f"{below.title} {below.weight / inner:.0%}" for below in domain.domains.values()]
        members += [f"*not read yet:* {what} {weight / inner:.0%}" for what, weight in domain.not_read.items()]
        weight = "beside it" if domain.beside else f"{domain.weight / total:.0%}"
        if not domain.beside and abs(as_read[name] / sum(entering) - domain.weight / total) > 1e-9:
            weight += f", as read {as_read[name] / sum(entering):.0%}"
        rows.append((domain.title, weight, ", ".join(members)))
    cautions = "\n".join(f"- {caution}" for caution in index.cautions)
    how = label("aggregate", index.aggregate)
    return (
        f"**{index.shown_as}** (`{index.stem}`): {index.question} The {how} of its domains; no score where less than {index.minimum_weight:.0%} of its weight is known.\n\n"
        f"{table(['Domain', 'Weight', 'Made of (weight in the domain)'], rows)}\n\n{cautions}"
    )


def _indicators(register: Register) -> str:
    used = {name for index in register.indices.values() for _, name, _ in index.members}
    rows = (
        (
            f"`{stem}`",
            indicator.title,
            indicator.unit,
            label("direction", indicator.direction),
            ", ".join(f"`{s}`" for s in indicator_sources(register, indicator)),
            "yes" if stem in used else "no",
        )
        for stem, indicator in register.indicators.items()
    )
    return table(["Indicator", "What it is", "Unit", "Direction", "Sources", "In an index"], rows)


def _sources(register: Register) -> str:
    rows = (
        (
            f"`{stem}`",
            f"[{s.title}]({s.page})",
            s.publisher,
            f"`{s.licence}`",
            s.publish,
            s.vintage or "as fetched",
            s.cadence,
            s.covers or "-",
            f"{s.verified.how} {s.verified.date}",
        )
        for stem, s in register.sources.items()
    )
    return table(
        ["Source", "Title", "Publisher", "Licence", "Published as", "Vintage", "Renewed", "Places for", "Verified"],
        rows,
    )


def _known_registers(register: Register) -> str:
    """How many councils' registers are read or known of, and of how many nobody looked."""
    known = known_registers(register.geography, register.sources)
    known["state"] = known["state"].mask(known["source"].notna(), "read")
    states = list(read_labels()["register_state"].codes)
    counts = known.groupby(["register", "state"]).size().unstack(fill_value=0).reindex(columns=states, fill_value=0)
    rows = ((label("council_register", kind), *(str(n) for n in counts.loc[kind])) for kind in REGISTERS)
    head = ["Registers of councils", *(label("register_state", state) for state in states)]
    told = f"Of {known['authority_code'].nunique()} councils (London, Greater Manchester, Cheltenham), page by page in table `audit.register_known`:"
    return f"{told}\n\n{table(head, rows)}"


def _calendar(register: Register) -> str:
    """Editions by when the next is due, then how often the others are renewed, then what never is."""
    sources = list(register.sources.values())
    editions = sorted((due(source), source.stem, source) for source in sources if due(source))
    rows = ((when, f"`{stem}`", f"[{s.title}]({s.page})", s.vintage, s.cadence) for when, stem, s in editions)
    told = [table(["Next due", "Source", "Title", "Edition registered", "Renewed"], rows)]
    living = {cadence: [s for s in sources if s.cadence == cadence and not due(s)] for cadence in OVERDUE_DAYS}
    others = ((cadence, OVERDUE_DAYS[cadence], _stems(those)) for cadence, those in living.items() if those)
    told.append(table(["Renewed", "Overdue after days", "Sources"], others))
    return "\n\n".join(told)


def _stems(sources: list[Source]) -> str:
    return ", ".join(f"`{source.stem}`" for source in sources)


def due(source: Source) -> str | None:
    """The day its publisher names for the next edition, else the month that its cadence gives; None where it has no editions."""
    if source.next_expected:
        return str(source.next_expected)
    if source.vintage is None or source.cadence not in MONTHS:
        return None
    return (pd.Timestamp(source.vintage) + pd.DateOffset(months=MONTHS[source.cadence])).strftime("%Y-%m")
