"""health.json: what an outside monitor needs to know of DIR, and the one sentence posted when a refresh fails."""

import datetime
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geodata.records import DefinitionError
from pipelines.core import store
from pipelines.core.plain_text import chat
from pipelines.core.problem import Problem, ReportedProblem, as_problem
from pipelines.core.settings import Settings
from pipelines.fetch.wire import Session, Wire
from pipelines.register.workspace import Workspace
from pipelines.release.publish import latest_version
from pipelines.release.troubles import held, troubles

log = logging.getLogger("commonground.refresh")
OVERDUE_DAYS = {"daily": 3, "weekly": 10, "monthly": 40, "quarterly": 110, "yearly": 400, "once": 400}
POST_S = 10  # for a whole alert, however slowly it is answered
CLOCKS_DIFFER_DAYS = 5 / 1440  # a refresh on another machine may seem to lie ahead by so much
FORM = "%Y-%m-%dT%H:%M:%SZ"
OURS = (".lock", "health.json", "scope.json", "snapshots", "releases")  # a DIR with one of these was refreshed before


def record_success(workspace: Workspace) -> None:
    """A refresh ended well: green, or amber where sources are stale or unavailable and nobody acknowledged it."""
    cadences = {source.cadence for source in workspace.register.sources.values()}
    now, found = store.utc_now(), troubles(workspace)
    overdue = datetime.datetime.strptime(now, FORM) + datetime.timedelta(days=min(OVERDUE_DAYS[c] for c in cadences))
    store.write_json(
        workspace.data / "health.json",
        {
            "state": "amber" if found.news else "green",
            "release": latest_version(workspace.data / "releases"),
            "last_good_refresh": now,
            "overdue_after": overdue.strftime(FORM),
            "warnings": found.news,
            "acknowledged": found.acknowledged,
            "failure": None,
            "disk_bytes": store.disk_use(workspace.data),
        },
    )


def warnings(workspace: Workspace) -> list[str]:
    """What is wrong without ending a refresh, and acknowledged by nobody."""
    return troubles(workspace).news


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
    except (Problem, OSError, RecursionError):
        return {}
    return known if isinstance(known, dict) else {}


@contextmanager
def any_end_told(settings: Settings, again: bool = True) -> Iterator[None]:
    """Whatever ends what is done inside, but a stop or a wrong question, turns health.json red and posts one sentence.

    An exception of any class that is neither a Problem nor a DefinitionError is raised as a Problem. Without `again`, the
    sentence that health.json says already is not posted another time.
    """
    try:
        with store.disk_problems(settings.data):
            yield
    except KeyboardInterrupt:  # somebody's decision, and no failure
        raise
    except BaseException as error:
        failure = as_problem("refresh", error)
        known = None if again else read(settings).get("failure")
        told = isinstance(known, dict) and known.get("what") == str(failure)
        for untold in [] if told else tell_failure(settings, failure):
            log.warning("%s", untold)
        if isinstance(error, (Problem, DefinitionError)):
            raise
        raise failure from error


def tell_failure(settings: Settings, failure: Problem) -> list[str]:
    """A refresh failed: health.json red, and one sentence posted; return what went wrong with either.

    A wrong question is the asker's to mend, not an alarm. A DIR that no refresh ever worked in stays as it is.
    """
    if failure.usage:
        return []
    untold = []
    if any((settings.data / name).exists() for name in OURS):
        try:
            record_failure(settings, str(failure))
        except Exception as error:  # a full disk, say: the sentence must be posted all the same
            untold.append(f"health.json could not be written ({getattr(error, 'what', type(error).__name__)})")
    return untold + post_alert(settings, str(failure))


def record_failure(settings: Settings, sentence: str) -> None:
    """A refresh failed: red, with the sentence; the last good release and its date stay as they were."""
    path = settings.data / "health.json"
    known: dict = {
        "release": None,
        "last_good_refresh": None,
        "overdue_after": None,
        "warnings": [],
        "acknowledged": [],
    }
    failure = {"at": store.utc_now(), "what": sentence}
    store.write_json(path, {**known, **read(settings), "state": "red", "failure": failure})


def record_rollback(settings: Settings) -> None:
    """The operator stepped back to another release: that is the one in use, and amber until something newer is there."""
    known, back = read(settings), held(settings.data)
    if known:
        state = "red" if known.get("state") == "red" else "amber" if back or known.get("warnings") else "green"
        warnings = [told for told in known.get("warnings") or [] if not told.startswith("held: ")] + [back] * bool(back)
        release = latest_version(settings.data / "releases")
        store.write_json(
            settings.data / "health.json", {**known, "state": state, "release": release, "warnings": warnings}
        )


def look(settings: Settings) -> Problem | None:
    """What makes the light red now, None where nothing does; what only a look can find is recorded and told, once.

    Nobody can write after a kill, and nobody writes where nobody refreshes: a refresh that was killed, and one that is
    overdue, are known by the mark the first left and by the date the last good one set.
    """
    known = read(settings)
    good, overdue, told = (known.get(name) for name in ("last_good_refresh", "overdue_after", "failure"))
    told = told if isinstance(told, dict) else {}
    holder, found = store.killed_writer(settings.data), None
    if holder and str(holder.get("since")) > str(good or ""):
        what = (
            f"process {holder.get('process')} on {holder.get('host')}, at work since {holder.get('since')}, was killed"
        )
        remedy = "see whether memory ran out, and refresh; the last good release stands"
        found = (str(holder.get("since")), Problem("refresh", what, remedy))
    elif is_overdue(settings):
        what = f"is overdue since {overdue}; the last that ended well was on {good}"
        found = (overdue, Problem("refresh", what, "see whether its schedule runs"))
    if found and str(told.get("at") or "") < found[0]:
        tell_failure(settings, found[1])
    if found:
        return found[1]
    return ReportedProblem(str(told.get("what")), False) if known.get("state") == "red" else None


def is_overdue(settings: Settings) -> bool:
    """True where the date that the last good refresh set for the next is past."""
    after = read(settings).get("overdue_after")
    return isinstance(after, str) and store.utc_now() > after


def post_alert(settings: Settings, sentence: str) -> list[str]:
    """Post one sentence as JSON `{"text": ...}` to the configured address; return what went wrong, if anything did."""
    if not settings.alert_url:
        return []
    wire, failed = Wire(anywhere=True), None
    wire.deadline = time.monotonic() + POST_S
    try:
        with Session(wire) as session:  # which follows no redirect: the sentence is for this address alone
            response = session.post(
                settings.alert_url,
                json={"text": chat(f"Common Ground refresh failed: {sentence}")},
                timeout=POST_S,
                stream=True,
            )
            failed = None if response.ok and not response.is_redirect else f"the server answered {response.status_code}"
    except Exception as error:
        failed = type(error).__name__  # the error's own text repeats the address, which may hold a secret
    return [f"the alert could not be posted ({failed})"] if failed else []


def age_days(settings: Settings) -> float | None:
    """Days since the last good refresh, None where there never was one."""
    try:
        then = datetime.datetime.strptime(read(settings).get("last_good_refresh"), FORM)
    except (TypeError, ValueError):
        return None
    return (datetime.datetime.strptime(store.utc_now(), FORM) - then).total_seconds() / 86400
