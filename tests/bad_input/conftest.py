"""A town whose recorded answers may be spoiled, a DIR with a good release of it, and the public command."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fixtures.commands import COMMONGROUND, commanding, starting
from fixtures.making import Town, made_once, refresh_town
from fixtures.ran import Ran
from fixtures.recording import Recording

MEMORY = Path("/dev/shm")


@pytest.fixture(scope="session")
def roomy() -> Iterator[Path]:
    """A folder for whole DIRs, in memory where there is some: Dagster's databases wait long for a busy disk."""
    folder = Path(tempfile.mkdtemp(prefix="bad_input.", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def room(roomy: Path) -> Iterator[Path]:
    """A folder of this test's own."""
    folder = Path(tempfile.mkdtemp(dir=roomy))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def refreshed(tmp_path_factory) -> Town:
    """The sample town as it is now: the `town` of tests elsewhere, a word that means its recorded answers here."""
    return made_once(tmp_path_factory, "town", refresh_town)


@pytest.fixture(scope="session")
def whole_town(roomy: Path) -> Recording:
    """One copy for all tests."""
    return Recording(roomy / "town")


@pytest.fixture
def town(whole_town: Recording) -> Iterator[Recording]:
    """The town, mended after the test."""
    yield whole_town
    whole_town.mend()


@pytest.fixture(scope="session")
def command(whole_town: Recording) -> Callable[..., Ran]:
    """commonground, answered by the town."""
    return commanding(whole_town)


@pytest.fixture(scope="session")
def process(whole_town: Recording) -> Callable[..., subprocess.Popen]:
    """The command in a process of its own, answered by the town."""
    return starting(whole_town)


def alone(line: list[str], words: tuple, folder: Path, timeout: float, env: dict[str, str]) -> Ran:
    """How a command ends in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COMMONGROUND_")}
    line = [*line, *map(str, words)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=timeout, cwd=folder, env=kept | env)
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def public(roomy: Path) -> Callable[..., Ran]:
    """`public(*words)`: commonground itself, as installed, in a process of its own."""

    def run(*words, timeout: float = 300, **env) -> Ran:
        return alone([COMMONGROUND], words, roomy, timeout, env)

    return run


@pytest.fixture(scope="session")
def hurried(roomy: Path) -> Callable[..., Ran]:
    """`hurried(*words)`: the same in a process of its own, with no waiting between tries."""

    def run(*words, timeout: float = 300, **env) -> Ran:
        script = Path(__file__).parent / "hurried_commonground.py"
        return alone([sys.executable, str(script)], words, roomy, timeout, env)

    return run


@pytest.fixture(scope="session")
def published(roomy: Path, town_before) -> Path:
    """A DIR with one good release of the earlier date. Only copied, never changed."""
    return Path(shutil.copytree(town_before.data, roomy / "published", symlinks=True))


@pytest.fixture
def data(published: Path, room: Path) -> Path:
    """A copy of the DIR with a good release."""
    return Path(shutil.copytree(published, room / "data", symlinks=True))


@pytest.fixture(scope="session")
def fingerprint() -> Callable[[Path], dict[str, str]]:
    """`fingerprint(data)`: what `releases/latest` points at and the hash of every file of it."""

    def of(data: Path) -> dict[str, str]:
        latest = (data / "releases" / "latest").resolve()
        files = [path for path in sorted(latest.rglob("*")) if path.is_file()]
        assert files, "there is no release"
        return {"latest": latest.name} | {
            str(path.relative_to(latest)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
        }

    return of


@pytest.fixture
def untouched(fingerprint, command) -> Callable[[Path, dict[str, str]], None]:
    """`untouched(data, before)` holds the last good release to its `fingerprint`, and to its checks."""

    def hold(data: Path, before: dict[str, str]) -> None:
        assert fingerprint(data) == before
        ran = command("check", "--data", data)
        assert ran.code == 0, ran.out + ran.err

    return hold
