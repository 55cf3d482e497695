"""Start the Dagster UI and daemon on a DIR, and stop them together."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from pipelines.commands.refresh import prepare_home
from pipelines.core.settings import Settings

ROOT = Path(__file__).parent.parent.parent


def serve_dagster(settings: Settings, port: int) -> int:
    """Run `dagster dev` for DIR on this machine only until interrupted; return its exit code.

    Dagster starts servers of its own; they share a process group, so that stopping the command stops them all.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    prepare_home(settings)
    command = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "-w",
        str(ROOT / "workspace.yaml"),
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    # Caught here, both are at their default in Dagster. A script's `&` would hand down an ignored SIGINT, and Dagster,
    # which gives SIGTERM the meaning of SIGINT, could then be stopped by neither.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    process = subprocess.Popen(command, cwd=ROOT, env=settings.environment(), start_new_session=True)  # noqa: S603
    try:
        return process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        _stop(process)


def _stop(process: subprocess.Popen) -> None:
    """End the whole group, with SIGKILL what has not ended in 15 seconds; a second Ctrl-C does not leave it half done."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    for number, patience in ((signal.SIGTERM, 15), (signal.SIGKILL, 5)):
        end = time.monotonic() + patience
        try:
            os.killpg(process.pid, number)
            while time.monotonic() < end:
                process.poll()
                os.killpg(process.pid, 0)
                time.sleep(0.1)
        except ProcessLookupError:
            return


def _interrupt(*_) -> None:
    raise KeyboardInterrupt
