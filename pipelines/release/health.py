"""health.json: what an outside monitor needs to know of DIR, and the one sentence posted when a refresh fails."""

import contextlib
import datetime
import re
import time
from pathlib import Path

import pandas as pd

from pipelines.core import store
from pipelines.core.plain_text import plain
from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.core.step import output
from pipelines.fetch import inbox
from pipelines.fetch.wire import FAULTS, Session, Wire
from pipelines.places.records import MEANS_NOTHING
from pipelines.register.workspace import Workspace
from pipelines.release.publish import latest_version
from pipelines.tables.snapshot import current

OVERDUE_DAYS = {"daily": 3, "weekly": 10, "monthly": 40, "quarterly": 110, "yearly": 400, "once": 400}
ASIDE = re.compile(r"\.\d{4}-\d\d-\d\dT\d{6}Za*$")  # the end of the name of what was moved aside
TOLD_FOR_S = 86_400
POST_S = 10  # for an alert
CLOCKS_DIFFER_DAYS = 5 / 1440  # a refresh on another machine may seem to lie ahead by so much


def record_success(workspace: Workspace) -> None:
    """A refresh ended well: green, or amber where sources are stale or unavailable."""
    cadences = {source.cadence for source in workspace.register.sources.values()}
    now = datetime.datetime.now(datetime.UTC)
    troubles = warnings(workspace)
    store.write_json(
        workspace.data / "health.json",
        {
            "state": "amber" if troubles else "green",
            "release": latest_version(workspace.data / "releases"),
            "last_good_refresh": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "overdue_after": (now + datetime.timedelta(days=min(OVERDUE_DAYS[c] for c in cadences))).strftime(
                "%Y-%m-%dT%H:%M:%SZ"
            ),
            "warnings": troubles,
            "failure": None,
            "disk_bytes": store.disk_use(workspace.data),
        },
    )


def warnings(workspace: Workspace) -> list[str]:
    """What is wrong without ending a refresh: sources that are stale or unavailable now, whoever asked them last. One that
    is not read, for nothing of it may be published, is no news."""
    read = [source for source in workspace.register.sources.values() if source.publish != "nothing"]
    now = [current(workspace.data, source, workspace.geography) for source in read]
    sentences = [f"{s.state}: {s.problem or s.stem}" for s in now if s.state in ("stale", "unavailable")]
    sentences += [
        f"in the inbox, {name} stands for no source: name it after one (see the first column of `commonground sources`)"
        for name in inbox.strangers(workspace.data, workspace.register.sources.keys())
    ]
    sentences += [f"lost: {s.stem}: {what}" for s in now for what in s.lost]
    sentences += [f"not read: {told}" for told in _unread(workspace)]
    sentences += _not_placed(workspace) + _unmatched(workspace) + _damaged(workspace.data)
    return sentences + [
        f"incomplete: {s.stem}: {len(s.missing)} parts were not got, the first {part} ({why})"
        for s in now
        for part, why in list(s.missing.items())[:1]
    ]


def _damaged(data: Path) -> list[str]:
    """What was found damaged in DIR within a day: mended, and a word on the disk it lies on."""
    aside = [path for path in (data / store.DAMAGED).rglob("*") if ASIDE.search(path.name)]
    new = sorted(path for path in aside if time.time() - path.lstat().st_ctime < TOLD_FOR_S)
    if not new:
        return []
    return [
        f"damaged: {len(new)} things in {data} were not what was written, and were moved to {new[0].parent} and made anew, such as {new[0].name}"
    ]


def _unread(workspace: Workspace) -> list[str]:
    """Sources whose snapshot was accepted by other rules and cannot be read by those of today."""
    told = []
    for stem in workspace.register.sources:
        with contextlib.suppress(FileNotFoundError):
            told.append(output(workspace.data, f"table/{stem}").meta.get("problem"))
    return [problem for problem in told if problem]


def _not_placed(workspace: Workspace) -> list[str]:
    """Lists, and kinds of them, that no place of lies where areas are, and words of theirs that nobody gave a meaning;
    nothing before records were made."""
    try:
        issues = pd.read_parquet(output(workspace.data, "places/place_record").files["place_record.issues"])
    except FileNotFoundError:
        return []
    whole = issues[(issues["row"] == 0) & issues["column"].isin(["placed", "kind"])]
    odd = issues[issues["issue"].str.startswith(MEANS_NOTHING)]
    return [f"not placed: {source}: {issue}" for source, issue in zip(whole["source"], whole["issue"], strict=True)] + [
        f"not understood: {row.source}: {row.column} {plain(row.value)!r} is {row.issue}" for row in odd.itertuples()
    ]


def _unmatched(workspace: Workspace) -> list[str]:
    """Look-ups and groups whose codes do not meet; nothing before the table of areas was made."""
    try:
        return [f"not matched: {told}" for told in output(workspace.data, "geography/areas").meta.get("told", [])]
    except FileNotFoundError:
        return []


def disk_line(data: Path) -> str:
    """What DIR takes on the disk, in a line."""
    used = store.disk_use(data)
    parts = sorted(((size, name) for name, size in used.items() if size >= 50_000), reverse=True)
    listed = ", ".join(f"{name} {size / 1e6:,.1f}" for size, name in parts)
    return f"on disk: {sum(used.values()) / 1e6:,.1f} MB ({listed})"


def read(settings: Settings) -> dict:
    """What health.json says; nothing where it is missing or damaged, for it must never hide what really failed."""
    try:
        known = store.read_json(settings.data / "health.json")
    except Problem:
        return {}
    return known if isinstance(known, dict) else {}


def tell_failure(settings: Settings, failure: Problem) -> str | None:
    """A refresh failed: health.json red, and one sentence posted; return what went wrong with the post, if anything.

    A wrong question is the asker's to mend, not an alarm.
    """
    if failure.usage:
        return None
    trouble = None
    try:
        record_failure(settings, str(failure))
    except Problem as problem:
        trouble = f"health.json could not be written ({problem.what})"
    return post_alert(settings, str(failure)) or trouble


def record_failure(settings: Settings, sentence: str) -> None:
    """A refresh failed: red, with the sentence; the last good release and its date stay as they were."""
    path = settings.data / "health.json"
    known = {"release": None, "last_good_refresh": None, "overdue_after": None, "warnings": []} | read(settings)
    store.write_json(path, {**known, "state": "red", "failure": {"at": store.utc_now(), "what": sentence}})


def post_alert(settings: Settings, sentence: str) -> str | None:
    """Post one sentence as JSON `{"text": ...}` to the configured address; return what went wrong, if anything did."""
    if not settings.alert_url:
        return None
    wire, failed = Wire(anywhere=True), None
    wire.deadline = time.monotonic() + POST_S
    try:
        with Session(wire) as session:  # which follows no redirect: the sentence is for this address alone
            response = session.post(
                settings.alert_url,
                json={"text": f"Common Ground refresh failed: {sentence}"},
                timeout=POST_S,
                stream=True,
            )
            failed = None if response.ok and not response.is_redirect else f"the server answered {response.status_code}"
    except FAULTS as error:
        failed = type(error).__name__  # the error's own text repeats the address, which may hold a secret
    return f"the alert could not be posted ({failed})" if failed else None


def age_days(settings: Settings) -> float | None:
    """Days since the last good refresh, None where there never was one."""
    try:
        then = datetime.datetime.strptime(read(settings).get("last_good_refresh"), "%Y-%m-%dT%H:%M:%SZ")
    except (TypeError, ValueError):
        return None
    then = then.replace(tzinfo=datetime.UTC)
    return (datetime.datetime.now(datetime.UTC) - then).total_seconds() / 86400
