"""What is done to a refresh: it is killed at a write or when some time passed, or finds the disk full."""

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from trials.kills.trial import Breach, Ended, Trial, copied, one_sentence, refreshed

from pipelines.release import publish

WRITES = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.symlink")
DISK_MB = 80


# ---- what happens in the fork


def at_writes(data: Path, act: Callable[[int, str, bool], None]) -> Callable[[], None]:
    """Calls `act(number, what, is_publishing)` before each write below `data`: a file opened for writing, renamed, removed."""

    def before() -> None:
        seen, inside = [0], [False]
        whole, here = publish.publish, str(data)

        def publishing(workspace):
            inside[0] = True
            try:
                return whole(workspace)
            finally:
                inside[0] = False

        from assets_defs import release

        release.publish = publish.publish = publishing

        def hook(event: str, arguments: tuple) -> None:
            if event in WRITES and _is_write(event, arguments, here):
                seen[0] += 1
                act(seen[0], f"{event} {Path(os.fsdecode(arguments[0])).name}", inside[0])

        sys.addaudithook(hook)

    return before


def _is_write(event: str, arguments: tuple, here: str) -> bool:
    if not isinstance(arguments[0], (str, bytes, os.PathLike)) or not os.fsdecode(arguments[0]).startswith(here):
        return False
    flags = arguments[2] if event == "open" else os.O_WRONLY
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def kill_at(number: int) -> Callable[[int, str, bool], None]:
    def act(seen: int, what: str, is_publishing: bool) -> None:
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return act


def full_from(number: int) -> Callable[[int, str, bool], None]:
    def act(seen: int, what: str, is_publishing: bool) -> None:
        if seen >= number and not what.startswith(("os.remove", "os.rmdir")):
            raise OSError(errno.ENOSPC, "No space left on device")

    return act


def writes_of(good: Path, room: Path) -> list[tuple[str, bool]]:
    """Every write of an undisturbed refresh, and whether it is one of `publish`."""
    data, told = copied(good, room / "counted"), room / "writes.json"
    log: list[tuple[str, bool]] = []
    note = lambda seen, what, inside: log.append((what, inside))  # noqa: E731

    def before() -> None:
        at_writes(data, note)()
        real = os._exit

        def leave(code: int) -> None:
            told.write_text(json.dumps(log))
            real(code)

        os._exit = leave

    ended = refreshed(data, before=before)
    assert ended.code == 0, ended.err
    shutil.rmtree(data)
    return [(what, inside) for what, inside in json.loads(told.read_text())]


# ---- trials


def kills(writes: list[tuple[str, bool]], chance: random.Random, n: int) -> Iterator[Trial]:
    """One at every write of `publish`, the others at writes before it and at moments."""
    publishing = [number for number, (_, inside) in enumerate(writes, 1) if inside]
    others = [number for number, (_, inside) in enumerate(writes, 1) if not inside]
    snapshots = max(number for number, (what, _) in enumerate(writes, 1) if "observations" in what)
    after = [number for number in others if number > snapshots]
    chosen = sorted(chance.sample(after, min(len(after), n // 3)))
    chosen += sorted(chance.sample(others, min(len(others), n // 6)))
    for number in [*chosen, *publishing]:
        name = f"at write {number} of {len(writes)} ({writes[number - 1][0]})"
        yield Trial("kill", name, lambda data, number=number: _killed(data, number))
    for _ in range(n // 6):
        seconds = round(chance.uniform(0.05, 6), 2)
        yield Trial("kill", f"after {seconds} s", lambda data, seconds=seconds: _timed(data, seconds))


def _killed(data: Path, number: int) -> None:
    ended = refreshed(data, before=at_writes(data, kill_at(number)))
    if ended.code not in (-signal.SIGKILL, 0):
        raise Breach(f"the refresh to be killed ended with {ended.code}: {ended.err[-300:]}")


def _timed(data: Path, seconds: float) -> None:
    refreshed(data, kill_after=seconds)


def full_disks(writes: list[tuple[str, bool]], chance: random.Random, n: int) -> Iterator[Trial]:
    """A small disk with so much left, where one may be mounted; else writes that are refused from one on."""
    for _ in range(n):
        if can_mount():
            left = chance.randrange(50, 9000)
            yield Trial("full disk", f"{left} kB left", lambda data, left=left: _on_small_disk(data, left))
        else:
            number = chance.randrange(1, len(writes) + 1)
            yield Trial("full disk", f"from write {number} on", lambda data, number=number: _full(data, number))


def can_mount() -> bool:
    """True where this user may mount a small disk."""
    with tempfile.TemporaryDirectory() as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True).returncode == 0
        if mounted:
            subprocess.run(["umount", folder], capture_output=True)
        return mounted


def _on_small_disk(data: Path, left: int) -> None:
    kept = data.with_name("kept")
    data.rename(kept)
    data.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(data)], check=True)
    try:
        inside = Path(shutil.copytree(kept, data / "data", symlinks=True))
        free = os.statvfs(data)
        (data / "filler").write_bytes(bytes(max(0, free.f_bavail * free.f_frsize - left * 1000)))
        _refused_for_want_of_space(refreshed(inside))
        (data / "filler").unlink()
        shutil.rmtree(kept)
        shutil.copytree(inside, kept, symlinks=True)
    finally:
        subprocess.run(["umount", "-l", str(data)], check=True)
    data.rmdir()
    kept.rename(data)


def _full(data: Path, number: int) -> None:
    _refused_for_want_of_space(refreshed(data, before=at_writes(data, full_from(number))))


def _refused_for_want_of_space(ended: Ended) -> None:
    if ended.code == 0:
        return
    one_sentence(ended)
    if "space" not in ended.err:
        raise Breach(f"a full disk is told as: {ended.err.strip()}")
