"""A town whose recorded answers may be spoiled, a DIR with a good release of it, and the public command."""

import hashlib
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner
from town_commonground import Ran, town_workspace

from geodata.geography import HERE as GEODATA
from pipelines.commands import refresh as refresh_command
from pipelines.commands.cli import main
from pipelines.fetch import http

ROOT = Path(__file__).parents[2]
OLD, NEW = "2026-03-31", "2026-09-30"
MEMORY = Path("/dev/shm")


class Town:
    """A copy of the sample town's recorded answers; `spoil` changes one answer, `mend` brings all back."""

    def __init__(self, folder: Path):
        self.folder, self.n = folder, 0
        shutil.copytree(GEODATA / "sample", folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        self.index = {date: (folder / f"{date}.json").read_bytes() for date in (OLD, NEW)}

    def _find(self, date: str, part: str) -> list[dict]:
        return [answer for answer in json.loads((self.folder / f"{date}.json").read_bytes()) if part in answer["url"]]

    def body(self, part: str, date: str = OLD) -> bytes:
        """The recorded body of the one address that holds `part`."""
        (answer,) = self._find(date, part)
        return (self.folder / answer["file"]).read_bytes()

    def spoil(self, part: str, change: bytes | Callable[[bytes], bytes], date: str = OLD, **other) -> None:
        """Answer the one address holding `part` with `change` (bytes, or a function of the good body)."""
        body = change if isinstance(change, bytes) else change(self.body(part, date))
        self.n += 1
        file = f"answers/spoiled-{self.n}"
        (self.folder / file).write_bytes(body)
        answers = json.loads((self.folder / f"{date}.json").read_bytes())
        for answer in answers:
            if part in answer["url"]:
                answer.update({"file": file, **other})
        (self.folder / f"{date}.json").write_text(json.dumps(answers))

    def also(self, part: str, old: str, new: str, body: bytes, date: str = OLD) -> None:
        """Record one more address: the one holding `part` with `old` replaced by `new`."""
        (answer,) = self._find(date, part)
        self.n += 1
        file = f"answers/spoiled-{self.n}"
        (self.folder / file).write_bytes(body)
        answers = json.loads((self.folder / f"{date}.json").read_bytes())
        answers.append({**answer, "url": answer["url"].replace(old, new), "file": file})
        (self.folder / f"{date}.json").write_text(json.dumps(answers))

    def edit_layer(self, layer: str, date: str = OLD) -> None:
        """Let the layer say that it was edited, so that its pages are read again."""

        def edited(body: bytes) -> bytes:
            return json.dumps({**json.loads(body), "editingInfo": {"dataLastEditDate": 1_700_000_000_000}}).encode()

        self.spoil(f"/{layer}/FeatureServer/0?f=json", edited, date)

    def page(self, layer: str, date: str = OLD) -> dict:
        """The one page of a layer."""
        return json.loads(self.body(f"/{layer}/FeatureServer/0/query?where=1=1&outFields", date))

    def cut_layer(self, layer: str, second: str, date: str = OLD) -> None:
        """The layer's page ends early and the `second` is `empty` or the same again (`repeated`)."""
        part = f"/{layer}/FeatureServer/0/query?where=1=1&outFields"
        page = self.page(layer, date)
        features = page["features"][: len(page["features"]) // 2]
        first = json.dumps({**page, "features": features}).encode()
        after = first if second == "repeated" else json.dumps({**page, "features": []}).encode()
        self.also(part, "resultOffset=0", f"resultOffset={len(features)}", after, date)
        self.spoil(f"{part}=*&orderByFields={id_field(self, layer, date)}&resultOffset=0", first, date)
        self.edit_layer(layer, date)

    def mend(self) -> None:
        """Every answer as it was."""
        for date, body in self.index.items():
            (self.folder / f"{date}.json").write_bytes(body)
        for file in (self.folder / "answers").glob("spoiled-*"):
            file.unlink()


def id_field(town: Town, layer: str, date: str) -> str:
    """The object id field that pages of `layer` are ordered by."""
    (answer,) = [a for a in town._find(date, f"/{layer}/FeatureServer/0/query") if a["url"].count("resultOffset=0&")]
    return parse_qs(urlsplit(answer["url"]).query)["orderByFields"][0]


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
def whole_town(roomy: Path) -> Town:
    """One folder for all tests, for the folder's name is part of the geography and so of every key."""
    return Town(roomy / "town")


@pytest.fixture
def town(whole_town: Town) -> Iterator[Town]:
    """The town, mended after the test."""
    yield whole_town
    whole_town.mend()


@pytest.fixture(scope="session")
def command(whole_town: Town) -> Callable[..., Ran]:
    """`command(*words, **sources)`: commonground in this process, on the town; retries do not wait."""

    def run(*words, **changed) -> Ran:
        log = logging.getLogger("commonground")
        with pytest.MonkeyPatch.context() as patch:
            for name in ("COMMONGROUND_DATA", "COMMONGROUND_SAMPLE_DATE", "COMMONGROUND_MIRROR"):
                patch.delenv(name, raising=False)
            patch.setattr(http, "_wait", lambda state: 0)
            patch.setattr(refresh_command, "open_workspace", lambda s: town_workspace(s, whole_town.folder, **changed))
            result = CliRunner().invoke(main, [str(word) for word in words])
        log.handlers.clear()
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture(scope="session")
def process(whole_town: Town) -> Callable[..., subprocess.Popen]:
    """`process(*words)`: the same command on the town in a process of its own."""

    def start(*words, **more) -> subprocess.Popen:
        script = Path(__file__).parent / "town_commonground.py"
        line = [sys.executable, str(script), str(whole_town.folder), *map(str, words)]
        return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, **more)

    return start


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
        return alone([str(Path(sys.executable).parent / "commonground")], words, roomy, timeout, env)

    return run


@pytest.fixture(scope="session")
def hurried(roomy: Path) -> Callable[..., Ran]:
    """`hurried(*words)`: the same in a process of its own, with no waiting between tries."""

    def run(*words, timeout: float = 300, **env) -> Ran:
        script = Path(__file__).parent / "hurried_commonground.py"
        return alone([sys.executable, str(script)], words, roomy, timeout, env)

    return run


@pytest.fixture(scope="session")
def published(roomy: Path, command) -> Path:
    """A DIR with one good release of the earlier date. Only copied, never changed."""
    data = roomy / "published"
    ran = command("refresh", "--data", data, "--sample-date", OLD, "--quiet")
    assert ran.code == 0, ran.err
    return data


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
