"""What is so of any DIR is tested on the second city, whose refresh takes a quarter of the sample town's."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fixtures.commands import commanding, starting
from fixtures.ran import Ran
from fixtures.recording import CITY, OLD, Recording


def fewer(body: bytes) -> bytes:
    """The list without its first library: what the city said on the earlier date."""
    told = json.loads(body)
    told["응답"]["목록"].pop(0)
    return json.dumps(told).encode()


@pytest.fixture(scope="session")
def whole_city(roomy: Path) -> Recording:
    """The city on two dates, one copy for all tests."""
    city = Recording(roomy / "city", CITY)
    city.spoil("libraries.json", fewer, OLD)
    city.keep()
    return city


@pytest.fixture
def town(whole_city: Recording) -> Iterator[Recording]:
    """The city, mended after the test."""
    yield whole_city
    whole_city.mend()


@pytest.fixture(scope="session")
def command(whole_city: Recording) -> Callable[..., Ran]:
    """commonground, answered by the city."""
    return commanding(whole_city)


@pytest.fixture(scope="session")
def process(whole_city: Recording) -> Callable[..., subprocess.Popen]:
    """The command in a process of its own, answered by the city."""
    return starting(whole_city)


@pytest.fixture(scope="session")
def published(roomy: Path, command: Callable[..., Ran]) -> Path:
    """A DIR with one good release of the earlier date. Only copied, never changed."""
    data = roomy / "published_city"
    ran = command("refresh", "--data", data, "--area", "Hanul", "--sample-date", OLD, "--quiet")
    assert ran.code == 0, ran.err
    return data
