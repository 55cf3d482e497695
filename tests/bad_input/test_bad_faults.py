"""A mirror of the real sources with faults: what passes is outlived with the same result, what does not is refused."""

import shutil
from contextlib import contextmanager

import pytest
import requests


@contextmanager
def faults(mirror: str, profile: str):
    """The mirror with these faults, and without them afterwards."""
    requests.post(f"{mirror}/__mirror__/reset", params={"faults": profile}, timeout=10).raise_for_status()
    try:
        yield
    finally:
        requests.post(f"{mirror}/__mirror__/reset", params={"faults": "none"}, timeout=10).raise_for_status()


def warnings(ran) -> list[str]:
    return [line for line in ran.out.splitlines() if line.startswith("warning")]


@pytest.fixture(scope="module")
def area(roomy):
    """The folder of the DIRs of these tests."""
    return roomy / "faults"


def test_unknown_area_suggests_a_near_name(mirror, area, public):
    data = area / "calm"
    ran = public("refresh", "--area", "Hackny", "--data", data, "--mirror", mirror, "--quiet")
    assert ran.code == 2
    assert "Hackny" in ran.sentence
    assert "Hackney" in ran.sentence
    assert not (data / "scope.json").exists()
    assert not (data / "releases" / "latest").exists()


def test_dir_of_a_failed_first_refresh_is_not_mixed_with_the_sample(mirror, area, room, public):
    """What was fetched for England is not the last good snapshot of the invented town."""
    data = shutil.copytree(area / "calm", room / "data", symlinks=True)
    ran = public("refresh", "--data", data, "--quiet")
    if ran.code == 0:
        assert "stale" not in ran.out
    else:
        assert "--area" in ran.sentence or "--data" in ran.sentence


def test_flaky_sources_make_the_same_release(mirror, area, public):
    """The calm DIR is that of the mistaken name: what it fetched is good."""
    ran = public("refresh", "--area", "Hackney", "--data", area / "calm", "--mirror", mirror, "--quiet")
    assert ran.code == 0, ran.err
    calm = warnings(ran)
    with faults(mirror, "flaky"):
        ran = public("refresh", "--area", "Hackney", "--data", area / "flaky", "--mirror", mirror, "--quiet")
        spoiled = [asked for asked in requests.get(f"{mirror}/__mirror__/log", timeout=10).json() if asked["fault"]]
    assert ran.code == 0, ran.err
    assert warnings(ran) == calm, "only what the mirror does not hold may be missing"
    assert len(spoiled) > 20
    both = (area / "calm/releases/latest", area / "flaky/releases/latest")
    ran = public("diff", *both, "--exact", "--data", area / "calm")
    assert ran.code == 0, ran.out + ran.err
    assert ran.out.strip() == "identical"


def test_hostile_sources_are_refused(mirror, area, public):
    data = area / "hostile"
    with faults(mirror, "hostile"):
        ran = public("refresh", "--area", "London", "--data", data, "--mirror", mirror, "--quiet")
    assert ran.code == 1
    assert "ons_lsoa_boundaries_2021" in ran.sentence or "ons_census_residents_2021" in ran.sentence
    assert not (data / "releases").exists() or not list((data / "releases").iterdir())
    assert not (data / "scope.json").exists()
