"""`commonground`: the commands, their words and exit codes (0 done, 1 failed in one sentence, 2 wrong usage)."""

import logging
import sys
from pathlib import Path

import click

from pipelines.commands.group import Commands, print_version
from pipelines.commands.options import DATA, choosing
from pipelines.commands.say import Said, say
from pipelines.core.settings import Settings

PORT = click.IntRange(0, 65535)


@click.group(
    "commonground", cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=print_version,
    help="The version of this program, and of the latest release in ./data or COMMONGROUND_DATA.",
)  # fmt: skip
def main() -> None:
    """Open neighbourhood indices of hardship, social infrastructure and community ownership."""


@main.command()
@click.option(
    "--area",
    "areas",
    multiple=True,
    metavar="CODE_OR_NAME",
    help="Authority, combined authority, region or nation; again for more. Without it: the sample town.",
)
@DATA
@click.option("--mirror", metavar="URL", help="Ask URL/host/path instead of https://host/path, for every source.")
@click.option("--offline", is_flag=True, help="Use the snapshots there are; ask no one.")
@click.option("--strict", is_flag=True, help="Exit 1 if any source is stale or unavailable.")
@click.option(
    "--again",
    multiple=True,
    metavar="SOURCE",
    help="Fetch this source anew, and take what was refused as far from its last year; again for more.",
)
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Make what is new in N processes (default 1).")
@click.option("--sample-date", metavar="DATE", help="Which recording of the sample town to read (default the newest).")
@click.option("--today", metavar="DATE", help="The day that legal states are told of (default this day).")
@click.option("--quiet", is_flag=True, help="Only the last lines.")
def refresh(quiet: bool, **flags) -> None:
    """Fetch what changed, remake what rests on it, publish a release if anything is new.

    Once, now: to repeat it, put it into cron, or start `commonground dev --schedules`.
    """
    from pipelines.commands.refresh import refresh as run

    log = logging.getLogger("commonground")
    said = Said()
    log.addHandler(said)
    log.setLevel(logging.ERROR if quiet else logging.INFO)
    try:
        outcome = run(Settings.read(**flags))
    finally:
        said.clear()
    for line in outcome.lines:
        say(line)
    sys.exit(outcome.exit_code)


@main.command()
@DATA
@click.option("--mirror", metavar="URL", help="With --probe: ask this mirror.")
@click.option(
    "--probe", is_flag=True, help="Ask each publisher for a little, and hold it to address, headings and form."
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="With --probe: write what was seen, without any content, to a .md or .json file that can be mailed.",
)
@click.option(
    "--json",
    "wants_json",
    is_flag=True,
    help="The same as JSON (keys: SourceLine in pipelines/commands/sources.py, Contact in pipelines/fetch/probe.py).",
)
def sources(probe: bool, report: Path | None, wants_json: bool, **flags) -> None:
    """The register: licence, vintage, cadence, last snapshot, next expected, state, how verified.

    With --probe: whether each publisher answers as its record says. The live web is asked, or the mirror given here, never
    the sample; nothing is stored. Exit 1 if a source fails that no refresh can do without.
    """
    from pipelines.commands.sources import tell

    tell(Settings.read(**flags), probe, report, wants_json)


FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@main.command()
@click.argument("definition", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("table", type=FILE, required=False)
@click.option(
    "--new",
    is_flag=True,
    help="Score nothing: write DEFINITION, to start from, from the headings of TABLE. With TABLE alone, under its name.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the scores here (.csv or .parquet) instead of showing the first.",
)
@click.option(
    "--frame",
    "frames",
    multiple=True,
    metavar="COLUMN",
    help="Also rank within each value of this column; again for more.",
)
@click.option(
    "--within", type=FILE, metavar="FILE", help="Also rank among the areas listed in this file, one code a line."
)
@click.option("--spread", is_flag=True, help="Also how far ranks spread over versions of the method.")
@click.option("--explain", is_flag=True, help="Also what each domain and indicator pushed the score up or down.")
@click.option(
    "--json",
    "wants_json",
    is_flag=True,
    help="Every row as one JSON object (keys: pipelines/commands/score.py); null is not known.",
)
def score(
    definition: Path, table: Path | None, new: bool, out: Path | None, within: Path | None, wants_json: bool, **asked
) -> None:
    """Score any table (CSV or Parquet) by any index definition. The tutorial is pipelines/definitions/score_your_own.md."""
    from pipelines.commands import score as command
    from pipelines.indices.any_table import Asked

    if new:
        command.tell_new(definition, table, is_alone=not (out or within or wants_json or any(asked.values())))
    else:
        command.tell(definition, table, out, within, Asked(**asked), wants_json)


@main.command()
@click.argument("releases", nargs=-1, metavar="[OLD NEW]")
@click.option("--exact", is_flag=True, help="Say only whether they are identical but for run metadata; exit 1 if not.")
@click.option(
    "--json", "wants_json", is_flag=True, help="The same as one JSON object (keys: pipelines/commands/diff.py)."
)
@DATA
def diff(releases: tuple[str, ...], exact: bool, wants_json: bool, data: str | None) -> None:
    """Compare two releases, given as versions or folders; by default the last two."""
    from pipelines.commands.diff import tell

    tell(Settings.read(data=data), releases, exact, wants_json)


@main.command()
@click.argument("area", nargs=-1, required=True)
@click.option("--whole", is_flag=True, help="Of an authority: every axis of its areas together, and not their list.")
@click.option(
    "--json",
    "wants_json",
    is_flag=True,
    help="As one JSON object (keys: pipelines/answers/area/facts.py), of an authority with --whole or without; null is not known.",
)
@DATA
def profile(area: tuple[str, ...], whole: bool, wants_json: bool, data: str | None) -> None:
    """What is here, what is missing, how the area stands, and how sure. Of an authority: its areas in order.

    AREA is a small area, ward, middle layer area or authority (code or name), a postcode, or a CSV of codes or postcodes;
    a name or postcode of several words needs no quotes.
    """
    from pipelines.answers.area.profile import answer

    say(answer(Settings.read(data=data), " ".join(area), wants_json, whole))


@main.command()
@choosing
@DATA
def select(choice_file: Path | None, out: Path | None, wants_json: bool, data: str | None, **options) -> None:
    """A defended short list from the last release: which areas stand highest, why, how firm each place on the list is, who
    is next, and who lives there. Nothing is written but what --out names."""
    from pipelines.commands.select import tell

    if options["cut_date"]:
        options["cut_date"] = options["cut_date"].date()
    tell(Settings.read(data=data), choice_file, out, wants_json, options)


@main.command()
@click.argument("id_or_name", nargs=-1, required=True)
@click.option(
    "--json",
    "wants_json",
    is_flag=True,
    help="The same as one JSON object (keys: pipelines/answers/place/facts.py); null is not known.",
)
@click.option("--today", metavar="DATE", help="Tell its legal state on this day (default the release's).")
@DATA
def place(id_or_name: tuple[str, ...], wants_json: bool, today: str | None, data: str | None) -> None:
    """One place on one sheet: what is known of it, who would lose out, what else is near.

    ID_OR_NAME is a place id, a record (SOURCE:ID), or a name or part of it. Where several may be meant they are listed with
    their ids, those that people go to first, and the exit code is 2.
    """
    from pipelines.answers.place.place import answer

    found = answer(Settings.read(data=data, today=today), " ".join(id_or_name), wants_json)
    say(found.text)
    if found.problem:
        raise found.problem


@main.command()
@click.option("--max-age", type=click.FloatRange(min=0), metavar="DAYS", help="Fail if the last good refresh is older.")
@click.option(
    "--json",
    "wants_json",
    is_flag=True,
    help="The same as one JSON object (keys: pipelines/commands/check.py); null is not known.",
)
@DATA
def check(max_age: float | None, wants_json: bool, data: str | None) -> None:
    """Hold releases/latest to every contract and check; exit 1 if any fails or it is too old. Says what makes the light
    red, and makes it red where the last refresh was killed or the next is overdue."""
    from pipelines.commands.check import tell

    tell(Settings.read(data=data), max_age, wants_json)


@main.command()
@click.argument("version")
@DATA
def rollback(version: str, data: str | None) -> None:
    """Point releases/latest at a kept release, after checking it."""
    from pipelines.core.store import writer_lock
    from pipelines.release import health
    from pipelines.release.publish import rollback as roll

    settings = Settings.read(data=data)
    with writer_lock(settings.data):
        say(f"releases/latest is now {roll(settings.data, version)}")
        health.record_rollback(settings)


@main.command()
@click.option(
    "--port", type=PORT, default=3000, show_default=True, help="Port of the web page, on this machine only; 0: any."
)
@DATA
@click.option("--mirror", metavar="URL", help="Runs started from the page ask this mirror.")
@click.option(
    "--schedules",
    is_flag=True,
    help="Let every schedule run for as long as this command does, but for those turned off on the page.",
)
def dev(port: int, **flags) -> None:
    """Open the Dagster UI on the same DIR as `refresh`.

    It has schedules: everything monthly, and what is renewed daily or weekly as often (it prints them). None runs unless
    --schedules, or a click on the page, says so.
    """
    from pipelines.commands.dev import serve_dagster

    serve_dagster(Settings.read(**flags), port)


@main.command()
@click.option("--port", type=PORT, default=8000, show_default=True, help="Port, on this machine only; 0: any.")
@click.option("--open", "show", is_flag=True, help="Open its front page in a browser.")
@DATA
def serve(port: int, show: bool, data: str | None) -> None:
    """Serve the latest release on this machine, its front page and map first, and say where."""
    from pipelines.commands.serve import serve_release

    serve_release(Settings.read(data=data), port, show)
