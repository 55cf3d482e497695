"""Start the Dagster UI and daemon on a DIR, and stop them together."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from pipelines.commands.refresh import prepare_home
from pipelines.settings import Settings

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
    process = subprocess.Popen(command, cwd=ROOT, env=settings.environment(), start_new_session=True)  # noqa: S603
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


def _interrupt(*_) -> None:
    raise KeyboardInterrupt
