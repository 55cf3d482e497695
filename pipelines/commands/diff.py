"""`commonground diff`: two releases compared, as CHANGES.md has it or as one JSON object.

The keys are `old`, `new`, `identical` and the fields of `Difference` in pipelines/release/compare.py.
"""

import sys
from dataclasses import asdict
from pathlib import Path

from pipelines.commands.say import say
from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.core.store import json_bytes
from pipelines.release.compare import changes_text, compare
from pipelines.release.version import kept_versions


def tell(settings: Settings, releases: tuple[str, ...], exact: bool, wants_json: bool) -> None:
    """Print how two releases differ, by default the last two; with `exact` end with 1 where they do. Raises Problem."""
    folder = settings.data / "releases"
    if len(releases) not in (0, 2):
        raise Problem("diff", "needs two releases, or none for the last two", "give OLD and NEW", usage=True)
    if not releases:
        releases = tuple(kept_versions(folder)[-2:])
        if len(releases) < 2:
            remedy = "refresh again once something has changed"
            raise Problem("diff", "fewer than two releases are kept", remedy, usage=True)
    old, new = (_folder(name, folder) for name in releases)
    difference = compare(old, new)
    if wants_json:
        told = {"old": releases[0], "new": releases[1], "identical": difference.identical, **asdict(difference)}
        say(json_bytes(told).decode().rstrip())
    elif exact:
        say("identical" if difference.identical else "\n".join(difference.exact))
    else:
        say(changes_text(releases[1], releases[0], difference))
    if exact:
        sys.exit(0 if difference.identical else 1)


def _folder(name: str, releases: Path) -> Path:
    """The release of this version or folder. Raises Problem (usage) where it is neither."""
    found = next((path for path in (Path(name), releases / name) if _is_folder(path)), None)
    if found is None:
        kept = ", ".join(kept_versions(releases)) or "none"
        raise Problem(f"release {name}", "is not kept, and no folder is called so", f"kept are: {kept}", usage=True)
    return found


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # no such name can be a folder's
        return False
