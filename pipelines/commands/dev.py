"""Start the Dagster UI, behind its guard, and Dagster's daemon on a DIR, and stop them together."""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from pipelines.commands.port import LOOPBACK, listen
from pipelines.commands.refresh import prepare_home
from pipelines.commands.say import say
from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.core.store import make_folder, writer_lock
from pipelines.register.workspace import open_workspace

log = logging.getLogger("commonground.dev")
ROOT = Path(__file__).parent.parent.parent
DAEMON = ["-m", "dagster._daemon", "run", "-w", str(ROOT / "workspace.yaml")]


def serve_dagster(settings: Settings, port: int) -> None:
    """Serve the UI of DIR on this machine only, with sensors and, where asked for, running schedules, until interrupted.

    The UI and the daemon start servers of their own; each leads a process group, so that stopping the command stops them
    all. Raises Problem where the port is taken or one of the two ends by itself.
    """
    make_folder(settings.data)
    prepare_home(settings)
    close_dead_runs(settings.data)
    told = schedules_told(settings)  # before anything is started that an interruption would leave behind
    with listen(port) as held:
        console = ["-m", "assets_defs.console", str(held.fileno())]
        processes: list[subprocess.Popen] = []
        try:
            processes += [_start(settings, console, (held.fileno(),))]
            processes += [_start(settings, DAEMON)]
            say(f"the Dagster UI of {settings.data} at http://{LOOPBACK}:{held.getsockname()[1]} (stop with Ctrl-C)")
            say(told)
            while all(process.poll() is None for process in processes):
                time.sleep(0.5)
            raise Problem("dev", "Dagster ended by itself", "look at what it said above")
        finally:
            _stop(processes)


def schedules_told(settings: Settings) -> str:
    """Which schedules there are, when they run, and whether they do."""
    from assets_defs.automation import plans

    found = [f"  {plan.name}: {plan.what[:-1]}, {plan.when}" for plan in plans(open_workspace(settings))]
    state = (
        "schedules, which run for as long as this does, but for those turned off in the page:"
        if settings.schedules
        else "schedules, none of which runs unless it was turned on in the page (all of them: --schedules):"
    )
    return "\n".join([state, *found])


def close_dead_runs(data: Path) -> None:
    """With one run at a time, one that a dead process left begun would hold up every schedule for ever."""
    from assets_defs.history import tidy
    from assets_defs.storage import open_instance

    with contextlib.ExitStack() as held:
        try:
            held.enter_context(writer_lock(data))
        except Problem as problem:  # whoever writes did it when it began
            log.warning("%s", problem)
            return
        tidy(held.enter_context(open_instance(data)), data)


def _start(settings: Settings, words: list[str], files: tuple[int, ...] = ()) -> subprocess.Popen:
    # In a session of its own, Ctrl-C reaches this command alone, which then ends the group in order.
    return subprocess.Popen(  # noqa: S603
        [sys.executable, *words], cwd=ROOT, env=settings.environment(), pass_fds=files, start_new_session=True
    )


def _stop(processes: list[subprocess.Popen]) -> None:
    """End both groups, with SIGKILL what has not ended in 6 seconds; a second Ctrl-C does not leave it half done."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    for number, patience in ((signal.SIGTERM, 6), (signal.SIGKILL, 2)):
        end = time.monotonic() + patience
        left = [process for process in processes if _signal(process, number)]
        while left and time.monotonic() < end:
            time.sleep(0.1)
            left = [process for process in left if _signal(process, 0)]


def _signal(process: subprocess.Popen, number: int) -> bool:
    """Send a signal to a process and all it started; False where none of them is left."""
    process.poll()
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return False
    return True
