"""Options that several commands share, and those of `commonground select`."""

from collections.abc import Callable
from pathlib import Path

import click

DATA = click.option("--data", metavar="DIR", help="Folder for everything made (default ./data, or COMMONGROUND_DATA).")
CHOOSING = (
    click.option(
        "--area",
        "areas",
        multiple=True,
        metavar="CODE_OR_NAME",
        help="Where to choose: an authority, combined authority, region or nation of the release; again for more.",
    ),
    click.option("--n", type=click.IntRange(1), help="How many to choose (default 10)."),
    click.option(
        "--level", type=click.Choice(["area", "ward", "msoa"]), help="What to choose (default area: small areas)."
    ),
    click.option(
        "--index",
        "indices",
        multiple=True,
        metavar="NAME[=WEIGHT]",
        help="What to choose by: an index, or INDEX.DOMAIN, and how much it counts (default the headline index); again for more.",
    ),
    click.option("--max-per-ward", type=click.IntRange(1), metavar="N", help="At most N small areas of one ward."),
    click.option("--max-per-authority", type=click.IntRange(1), metavar="N", help="At most N of one authority."),
    click.option("--min-residents", type=click.IntRange(0), metavar="N", help="Only those of at least N residents."),
    click.option(
        "--exclude",
        multiple=True,
        metavar="AREA",
        help="Not these: a code, a name, or a CSV of codes, as for profile; again for more.",
    ),
    click.option(
        "--label",
        "labels",
        multiple=True,
        metavar="CODE",
        help="Only small areas with this label of the typology, as ready_to_explore or support_alongside; again for more.",
    ),
    click.option(
        "--worst",
        multiple=True,
        metavar="[NAME=]PERCENT",
        help="Only those among the highest PERCENT by this index or INDEX.DOMAIN (default the first --index); again for more.",
    ),
    click.option(
        "--worst-in",
        type=click.Choice(["nation", "region", "authority"]),
        help="What --worst is a percentage of (default nation).",
    ),
    click.option(
        "--cut-date",
        type=click.DateTime(["%Y-%m-%d"]),
        metavar="DATE",
        help="Refuse to choose by evidence later than this day; recorded with the choice.",
    ),
    click.option(
        "--choice",
        "choice_file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Choose as this file says, which --out has left; other options take the place of what it says.",
    ),
    click.option(
        "--out",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Write the list here (.csv, .json or .txt), and the choice beside it (.choice.yml).",
    ),
    click.option(
        "--json",
        "wants_json",
        is_flag=True,
        help="The same as one JSON object (keys: pipelines/answers/selection/facts.py); null is not known.",
    ),
)


def choosing(command: Callable) -> Callable:
    """A command with the options of a short list, in their order."""
    for option in reversed(CHOOSING):
        command = option(command)
    return command
