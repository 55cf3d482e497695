"""What tests share: the sample town refreshed once, a mirror where one is named, waiting that takes no time."""

import logging
import os
from collections.abc import Iterator

import pytest
import tenacity
from fixtures.making import Borough, Town, mirror_held, refresh_borough, refresh_town


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
def hackney(tmp_path_factory) -> Borough:
    """Hackney, refreshed once from a mirror for all workers. Tests read it; a test that refreshes works on a copy."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    return refresh_borough(folder / "hackney")


@pytest.fixture
def mirror() -> Iterator[str]:
    """The address of a mirror of the real files; see `mirror_held`."""
    with mirror_held() as address:
        yield address


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
