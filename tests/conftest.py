"""What tests share: the sample town refreshed once, a mirror where one is named, waiting that takes no time."""

import logging
import os

import pytest
import tenacity
from fixtures.making import Town, refresh_town


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One core runs the tests of one file, which share a DIR, and one core all that ask the mirror, whose faults they set."""
    for item in items:
        group = "mirror" if "mirror" in item.fixturenames else item.path.name
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def town(tmp_path_factory) -> Town:
    """The sample town, refreshed once. Tests read it; a test that refreshes again works on a copy."""
    return refresh_town(tmp_path_factory.mktemp("town") / "data")


@pytest.fixture(scope="session")
def town_twice(tmp_path_factory) -> tuple[Town, Town]:
    """One DIR refreshed on both recorded dates: the first release and the second."""
    data = tmp_path_factory.mktemp("town_twice") / "data"
    first = refresh_town(data, "2026-03-31")
    return first, refresh_town(data, "2026-09-30")


@pytest.fixture(scope="session")
def mirror() -> str:
    """The address of a mirror of the real files; the test is passed over where none is named."""
    address = os.environ.get("COMMONGROUND_MIRROR")
    if not address:
        pytest.skip("COMMONGROUND_MIRROR is not set: this test needs the publishers' real files")
    return address.rstrip("/")


@pytest.fixture
def clean_environment(monkeypatch):
    """No COMMONGROUND_* of the outer world, and no log handler left behind by a command."""
    for name in [name for name in os.environ if name.startswith("COMMONGROUND_")]:
        monkeypatch.delenv(name)
    log = logging.getLogger("commonground")
    before, level = list(log.handlers), log.level
    yield monkeypatch
    log.handlers, log.level = before, level


@pytest.fixture
def waits(monkeypatch) -> list[float]:
    """Waiting between tries takes no time; the seconds that would have been waited are listed."""
    waited: list[float] = []
    monkeypatch.setattr(tenacity.nap.time, "sleep", waited.append)
    return waited
