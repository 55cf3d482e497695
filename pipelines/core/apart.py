"""Reading in a process of its own, for readers that damaged bytes may end, or let take any memory and time."""

import contextlib
import resource
import signal
import subprocess
import sys

from pipelines.core.limits import Excess


def read_apart(module: str, asked: str, body: bytes, seconds: int, mb: int) -> bytes:
    """What `python -m MODULE ASKED` writes, given `body` on its standard input. Such a module ends with `tell` where it
    cannot read. Raises ValueError with its words, or that it was ended by the bytes, and Excess for one that takes more
    than `seconds`, or more memory than the `mb` MB to which it keeps itself."""
    command = [sys.executable, "-m", module, asked]
    try:
        done = subprocess.run(command, input=body, capture_output=True, timeout=seconds, check=False)  # noqa: S603 - our own module, by our own Python
    except subprocess.TimeoutExpired as error:
        raise Excess(f"reading it takes more than {seconds} seconds") from error
    if not done.returncode:
        return done.stdout
    told = done.stderr.decode("utf-8", "replace").splitlines() or [""]
    if told[-1].startswith("ValueError: "):
        raise ValueError(told[-1].partition(": ")[2])
    last = told[-1].strip()
    if not last and done.returncode < 0 and done.returncode != -signal.SIGKILL:
        raise ValueError(f"it ends the program that reads it (signal {-done.returncode})")
    if not last or "memory" in last.casefold() or "alloc" in last.casefold():
        raise Excess(f"reading it takes more than {mb:,} MB")
    raise ValueError(f"it ends the program that reads it: {last[:200]}")


def keep_to(mb: int) -> None:
    """Let this process take no more than so many MB of memory, and leave no core behind; where the system knows no such
    limit, time alone is one."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (mb * 1_000_000, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def unlimited() -> None:
    """Take that back: what was read may need more to be written."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def tell(error: Exception) -> None:
    """End this process with the words of an error for the one that asked."""
    print(f"ValueError: {' '.join(str(error).split())[:200]}", file=sys.stderr)
    sys.exit(1)
