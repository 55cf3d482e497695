"""`commonground`: the commands, their words and exit codes (0 done, 1 failed in one sentence, 2 wrong usage)."""

import logging
import sys
from pathlib import Path

import click

from geodata.records import DefinitionError
from pipelines.commands.options import DATA, choosing
from pipelines.commands.say import Said, say
from pipelines.commands.stop import stoppable
from pipelines.core.problem import Problem
from pipelines.core.settings import Settings


class Commands(click.Group):
    """Turns what a user can act on into one sentence and an exit code."""

    def invoke(self, context: click.Context):
        """Run a command; a Problem is one sentence on standard error, exit 2 where the question was wrong, else 1; a stop is one too."""
        with stoppable("stopped; the last good release stands.") as stop:
            try:
                return super().invoke(context)
            except Problem as problem:
                say(f"commonground: {problem}", err=True)
                sys.exit(2 if problem.usage else 1)
            except DefinitionError as error:
                say(f"commonground: a definition file is wrong.\n{error}", err=True)
                sys.exit(1)
            except KeyboardInterrupt:
                say(str(stop), err=True)
                sys.exit(stop.exit_code)


PORT = click.IntRange(0, 65535)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
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
    """Fetch what changed, remake what rests on it, publish a release if anything is new."""
    from pipelines.commands.refresh import refresh as run

    log = logging.getLogger("commonground")
    log.addHandler(Said())
    log.setLevel(logging.ERROR if quiet else logging.INFO)
    outcome = run(Settings.read(**flags))
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
def score(definition: Path, table: Path | None, new: bool, out: Path | None, within: Path | None, **asked) -> None:
    """Score any table (CSV or Parquet) by any index definition. The tutorial is pipelines/definitions/score_your_own.md."""
    from pipelines.commands import score as command
    from pipelines.indices.any_table import Asked

    if new:
        command.tell_new(definition, table, is_alone=not (out or within or any(asked.values())))
    else:
        command.tell(definition, table, out, within, Asked(**asked))


@main.command()
@click.argument("releases", nargs=-1, metavar="[OLD NEW]")
@click.option("--exact", is_flag=True, help="Say only whether they are identical but for run metadata; exit 1 if not.")
@DATA
def diff(releases: tuple[str, ...], exact: bool, data: str | None) -> None:
    """Compare two releases, given as versions or folders; by default the last two."""
    from pipelines.release.compare import changes_text, compare
    from pipelines.release.version import kept_versions

    folder = Settings.read(data=data).data / "releases"
    if len(releases) not in (0, 2):
        raise Problem("diff", "needs two releases, or none for the last two", "give OLD and NEW", usage=True)
    if not releases:
        releases = tuple(kept_versions(folder)[-2:])
        if len(releases) < 2:
            raise Problem(
                "diff", "fewer than two releases are kept", "refresh again once something has changed", usage=True
            )
    old, new = (Path(name) if Path(name).is_dir() else folder / name for name in releases)
    difference = compare(old, new)
    if exact:
        say("identical" if difference.identical else "\n".join(difference.exact))
        sys.exit(0 if difference.identical else 1)
    say(changes_text(releases[1], releases[0], difference))


@main.command()
@click.argument("area")
@click.option(
    "--json",
    "wants_json",
    is_flag=True,
    help="The same as one JSON object (keys: pipelines/answers/area/facts.py); null is not known.",
)
@DATA
def profile(area: str, wants_json: bool, data: str | None) -> None:
    """What is here, what is missing, how the area stands, and how sure.

    AREA is a small area, ward, middle layer area or authority (code or name), a postcode, or a CSV of codes or postcodes.
    """
    from pipelines.answers.area.profile import answer

    say(answer(Settings.read(data=data), area, wants_json))


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
@click.argument("id_or_name")
@click.option(
    "--json",
    "wants_json",
    is_flag=True,
    help="The same as one JSON object (keys: pipelines/answers/place/facts.py); null is not known.",
)
@click.option("--today", metavar="DATE", help="Tell its legal state on this day (default the release's).")
@DATA
def place(id_or_name: str, wants_json: bool, today: str | None, data: str | None) -> None:
    """One place on one sheet: what is known of it, who would lose out, what else is near.

    ID_OR_NAME is a place id, a record (SOURCE:ID), or a name or part of it.
    """
    from pipelines.answers.place.place import answer

    found = answer(Settings.read(data=data, today=today), id_or_name, wants_json)
    say(found.text)
    if found.problem:
        raise found.problem


@main.command()
@click.option("--max-age", type=click.FloatRange(min=0), metavar="DAYS", help="Fail if the last good refresh is older.")
@DATA
def check(max_age: float | None, data: str | None) -> None:
    """Hold releases/latest to every contract and check; exit 1 if any fails or it is too old. Says what makes the light
    red, and makes it red where the last refresh was killed or the next is overdue."""
    from pipelines.release import health
    from pipelines.release.verify import verify
    from pipelines.release.version import latest_release

    settings = Settings.read(data=data)
    trouble = health.look(settings)
    if trouble:
        say(f"the light is red: {trouble}")
    folder = latest_release(settings.data)
    version, findings = folder.name, verify(folder)
    for finding in findings:
        say(
            f"{'ok    ' if finding.passed else 'FAILED'} {finding.check}"
            + ("" if finding.passed else f": {finding.n:,}, first {finding.first[:1]}")
        )
    click.echo(health.disk_line(settings.data))
    age = health.age_days(settings)
    if max_age is not None and age is not None and age < -health.CLOCKS_DIFFER_DAYS:
        age_text = f"the last good refresh lies {-age:.1f} days in the future, so its age cannot be known"
        raise Problem(f"release {version}", age_text, "set this machine's clock, and refresh")
    if max_age is not None and not (age is not None and age <= max_age):
        age_text = "there never was a good refresh" if age is None else f"the last good refresh was {age:.1f} days ago"
        raise Problem(
            f"release {version}",
            f"{age_text}, more than {max_age:g}",
            "look at health.json for what failed, and refresh",
        )
    if broken := [finding.check for finding in findings if not finding.passed]:
        raise Problem(
            f"release {version}",
            f"{len(broken)} of {len(findings)} checks fail ({', '.join(broken)})",
            "roll back to a kept release, or refresh",
        )
    if trouble and health.is_overdue(settings):
        raise trouble
    say(f"release {version}: all {len(findings)} checks pass")


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
def dev(port: int, **flags) -> None:
    """Open the Dagster UI, with its schedules, on the same DIR as `refresh`."""
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
