"""`commonground check`: the latest release held to its contracts and checks, as lines or as one JSON object."""

import sys

from typing_extensions import TypedDict

from pipelines.commands.say import say
from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.core.store import disk_use, json_bytes
from pipelines.release import health
from pipelines.release.verify import Finding, verify
from pipelines.release.version import latest_release


class Found(TypedDict):
    """One check: `n` and `first` are of what offends it."""

    check: str
    passed: bool
    n: int
    first: list


class Checked(TypedDict):
    """What --json prints; null is not known."""

    release: str
    passed: bool  # whether the command ends with 0
    problem: str | None  # the sentence it ends with otherwise
    light: str | None  # what makes it red
    age_days: float | None  # since the last good refresh
    checks: list[Found]
    disk_bytes: dict[str, int]  # what each folder of DIR takes


def tell(settings: Settings, max_age: float | None, wants_json: bool) -> None:
    """Print what was found. Raises Problem where a check fails, the release is too old or the next refresh is overdue."""
    trouble, folder = health.look(settings), latest_release(settings.data)
    findings, age = verify(folder), health.age_days(settings)
    problem = _problem(folder.name, findings, age, max_age)
    if not problem and trouble and health.is_overdue(settings):
        problem = trouble
    if wants_json:
        checked: Checked = {
            "release": folder.name,
            "passed": problem is None,
            "problem": str(problem) if problem else None,
            "light": str(trouble) if trouble else None,
            "age_days": age,
            "checks": [{"check": f.check, "passed": f.passed, "n": f.n, "first": f.first} for f in findings],
            "disk_bytes": disk_use(settings.data),
        }
        say(json_bytes(checked).decode().rstrip())
    else:
        if trouble:
            say(f"the light is red: {trouble}")
        for finding in findings:
            offends = "" if finding.passed else f": {finding.n:,}, first {finding.first[:1]}"
            say(f"{'ok    ' if finding.passed else 'FAILED'} {finding.check}{offends}")
        say(health.disk_line(settings.data))
    if problem:
        sys.stdout.flush()
        raise problem
    if not wants_json:
        say(f"release {folder.name}: all {len(findings)} checks pass")


def _problem(release: str, findings: list[Finding], age: float | None, max_age: float | None) -> Problem | None:
    where = f"release {release}"
    if max_age is not None and age is not None and age < -health.CLOCKS_DIFFER_DAYS:
        told = f"the last good refresh lies {-age:.1f} days in the future, so its age cannot be known"
        return Problem(where, told, "set this machine's clock, and refresh")
    if max_age is not None and not (age is not None and age <= max_age):
        told = "there never was a good refresh" if age is None else f"the last good refresh was {age:.1f} days ago"
        return Problem(where, f"{told}, more than {max_age:g}", "look at health.json for what failed, and refresh")
    if broken := [finding.check for finding in findings if not finding.passed]:
        told = f"{len(broken)} of {len(findings)} checks fail ({', '.join(broken)})"
        return Problem(where, told, "roll back to a kept release, or refresh")
    return None
