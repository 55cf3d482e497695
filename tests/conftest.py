"""What tests share: the sample town refreshed once, a mirror where one is named, waiting that takes no time."""

import logging
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import tenacity
from fixtures.making import DECIDED, Borough, Town, made_once, mirror_held, refresh_borough, refresh_town
from fixtures.titles import COMPANY, COUNCIL, csv_of, put_titles

# GDAL would note what it read in a file beside it, and several tests read one release.
os.environ["GDAL_PAM_ENABLED"] = "NO"

# Files that take long, in this order before all others, so that no worker is left alone with one at the end. The mirror
# is for one test at a time: its two long files go to one worker, the second as soon as the first is done.
FIRST = (
    "test_real_places.py", "test_bad_parts.py", "test_bad_faults.py", "test_one_file.py", "test_workers.py", "test_methods.py",
    "test_steps.py", "test_dagster_ui.py", "test_bad_sources.py", "test_identity.py", "test_bad_disk_and_kill.py",
    "test_needs.py", "test_select.py", "test_bench.py", "test_place_cover.py", "test_bad_hostile.py",
    "test_bad_folders_and_ports.py", "test_without_a_register.py", "test_bad_light.py", "test_tutorial.py",
    "test_atlas_map.py", "test_loss.py", "test_corrections_applied.py", "test_flow.py",
)  # fmt: skip


def pytest_configure(config):
    config.option.loadscopereorder = False  # of xdist: files of many tests first, however short the tests


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: FIRST.index(item.path.name) if item.path.name in FIRST else len(FIRST))


@pytest.fixture(scope="session")
def town(tmp_path_factory) -> Town:
    """The sample town, refreshed once for all workers. Tests read it; a test that refreshes again works on a copy."""
    return made_once(tmp_path_factory, "town", refresh_town)


@pytest.fixture(scope="session")
def town_before(tmp_path_factory) -> Town:
    """The sample town as it was on the earlier recorded date, refreshed once for all workers."""
    return made_once(tmp_path_factory, "town_before", lambda data: refresh_town(data, "2026-03-31"))


@pytest.fixture(scope="session")
def town_twice(tmp_path_factory, town_before) -> tuple[Town, Town]:
    """One DIR refreshed on both recorded dates: the first release and the second."""

    def make(data: Path) -> tuple[Town, Town]:
        shutil.copytree(town_before.data, data, symlinks=True)
        first = replace(town_before, data=data, settings=replace(town_before.settings, data=data))
        return first, refresh_town(data, "2026-09-30")

    return made_once(tmp_path_factory, "town_twice", make)


@pytest.fixture(scope="session")
def decided(tmp_path_factory, town) -> Town:
    """The town's DIR refreshed again, once for all workers, with an operator's decisions about two licences (`DECIDED`)."""

    def make(data: Path) -> Town:
        shutil.copytree(town.data, data, symlinks=True)
        (data / "licences.yml").write_text(DECIDED)
        return refresh_town(data)

    return made_once(tmp_path_factory, "decided", make)


@pytest.fixture(scope="session")
def titled(tmp_path_factory, town) -> Town:
    """The town's DIR refreshed again, once for all workers, with a made-up file of titles to land in its inbox."""

    def make(data: Path) -> Town:
        shutil.copytree(town.data, data, symlinks=True)
        placed = town.query("""select area_code, min(postcode) from postcode where area_code in (select area_code from neighbourhood)
            group by 1 order by 1 limit 2""")  # fmt: skip
        first, second = (postcode for _, postcode in placed)
        titles = [(first, "Freehold", COUNCIL)] * 14 + [(first, "Leasehold", "County Council")] * 11
        titles += [(first, "Freehold", "Registered Society (Company)")] * 9 + [(second, "Freehold", COMPANY)] * 12
        titles += [("", "Freehold", COMPANY)] * 2 + [("ZZ99 9ZZ", "Leasehold", COMPANY)] * 3
        put_titles(data, csv_of(titles))
        return refresh_town(data)

    return made_once(tmp_path_factory, "titled", make)


@pytest.fixture(scope="session")
def city(tmp_path_factory) -> Town:
    """The second city, chosen by its name alone, refreshed once for all workers."""
    return made_once(tmp_path_factory, "city", lambda data: refresh_town(data, areas=("Hanul",)))


@pytest.fixture(scope="session")
def hackney(tmp_path_factory) -> Borough:
    """Hackney, refreshed once from the mirror for all workers. Tests read it; a test that refreshes works on a copy."""
    return made_once(tmp_path_factory, "hackney", refresh_borough)


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


@pytest.fixture(autouse=True)
def heard(caplog):
    """What the project logs can be read by a test, whatever a command before it did to the logger."""
    caplog.set_level(logging.INFO, logger="commonground")


@pytest.fixture
def waits(monkeypatch) -> list[float]:
    """Waiting between tries takes no time; the seconds that would have been waited are listed."""
    waited: list[float] = []
    monkeypatch.setattr(tenacity.nap.time, "sleep", waited.append)
    return waited
