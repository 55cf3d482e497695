"""A mirror of the real sources with faults: what passes is outlived with the same result, what does not is refused.

Every source is read for the whole of England whatever area is asked, so each DIR here starts from parts of one that was
refreshed without faults. A snapshot is known by its content and a step by that of its inputs: what is taken over is used
only where the sources, faults and all, gave the very same.
"""

import json
import shutil
from collections.abc import Iterable
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

STEPS = ("tables", "places", "reach", "ownership", "indicators", "indices")
PAGED_ALIKE = {"ons_lsoa_ward_authority_2024", "ons_lsoa_msoa_2021", "ons_lsoa_rural_urban_2021"}
SPOILED_FOR_GOOD = {  # by the profile `hostile`
    "ons_lsoa_boundaries_2021", "ons_census_residents_2021", "ons_census_age_2021", "ons_census_tenure_2021",
    "mhclg_iod_2025", "mhclg_brownfield_current", "fsa_hygiene_current", "osm_places_london",
    "osm_culture_history_london",
}  # fmt: skip


@contextmanager
def faults(mirror: str, profile: str):
    """The mirror with these faults, and without them afterwards."""
    requests.post(f"{mirror}/__mirror__/reset", params={"faults": profile}, timeout=10).raise_for_status()
    try:
        yield
    finally:
        requests.post(f"{mirror}/__mirror__/reset", params={"faults": "none"}, timeout=10).raise_for_status()


def warnings(lines: Iterable[str]) -> list[str]:
    return [line for line in lines if line.startswith("warning")]


def begun(hackney, data: Path, snapshots: set[str], steps: Iterable[str] = ()) -> Path:
    """A DIR that has these snapshots and steps of Hackney's, and no area set, no identities and no release."""
    for name in [*(f"snapshots/{stem}" for stem in sorted(snapshots)), *steps]:
        shutil.copytree(hackney.data / name, data / name)
    return data


def shas(data: Path) -> dict[str, str]:
    """The content of every source's latest snapshot."""
    last = {path.parent.name: path.read_text().splitlines()[-1] for path in data.glob("snapshots/*/observations.jsonl")}
    return {stem: json.loads(line)["sha"] for stem, line in last.items()}


@pytest.fixture(scope="module")
def area(roomy):
    """The folder of the DIRs of these tests."""
    return roomy / "faults"


@pytest.fixture(scope="module")
def fetched(hackney, area) -> Path:
    """A DIR that has read every source and has yet to learn of an area."""
    data = begun(hackney, area / "fetched", set(shas(hackney.data)), STEPS)
    (data / "tables" / "scope.json").unlink()
    return data


def test_unknown_area_suggests_a_near_name(mirror, fetched, public):
    ran = public("refresh", "--area", "Hackny", "--data", fetched, "--mirror", mirror, "--quiet")
    assert ran.code == 2
    assert "Hackny" in ran.sentence
    assert "Hackney" in ran.sentence
    assert not (fetched / "scope.json").exists()
    assert not (fetched / "releases" / "latest").exists()


def test_dir_of_a_failed_first_refresh_is_not_mixed_with_the_sample(mirror, fetched, room, public):
    """What was fetched for England is not the last good snapshot of the invented town."""
    data = shutil.copytree(fetched, room / "data", symlinks=True)
    ran = public("refresh", "--data", data, "--quiet")
    if ran.code == 0:
        assert "stale" not in ran.out
    else:
        assert "--area" in ran.sentence or "--data" in ran.sentence


def test_after_a_mistaken_name_the_right_one_makes_the_same_release(hackney, mirror, fetched, public):
    """What was fetched before the name was found to be mistaken is good."""
    ran = public("refresh", "--area", "Hackney", "--data", fetched, "--mirror", mirror, "--quiet")
    assert ran.code == 0, ran.err
    same_release(hackney, ran, fetched, public)


def same_release(hackney, ran, data: Path, public) -> None:
    """Hold a refresh that ended well to the release, and the warnings, of the one without faults."""
    calm = warnings(hackney.lines)
    assert warnings(ran.out.splitlines()) == calm, "only what the mirror does not hold may be missing"
    assert shas(data) == shas(hackney.data)
    both = (hackney.data / "releases/latest", data / "releases/latest")
    ran = public("diff", *both, "--exact", "--data", data)
    assert ran.code == 0, ran.out + ran.err
    assert ran.out.strip() == "identical"


def test_flaky_sources_make_the_same_release(hackney, mirror, area, hurried, public):
    """All is fetched anew but three of the layers that come in pages, of which three others are."""
    data = begun(hackney, area / "flaky", PAGED_ALIKE, STEPS)
    with faults(mirror, "flaky"):
        ran = hurried("refresh", "--area", "Hackney", "--data", data, "--mirror", mirror, "--quiet")
        spoiled = [asked for asked in requests.get(f"{mirror}/__mirror__/log", timeout=10).json() if asked["fault"]]
    assert ran.code == 0, ran.err
    assert len(spoiled) > 20
    assert {asked["fault"] for asked in spoiled} >= {"503", "429", "cut", "stall", "html"}
    same_release(hackney, ran, data, public)


def test_hostile_sources_are_refused(hackney, mirror, area, hurried):
    """What is spoiled every time was never had; the rest is asked again, with the faults that pass."""
    data = begun(hackney, area / "hostile", set(shas(hackney.data)) - SPOILED_FOR_GOOD)
    with faults(mirror, "hostile"):
        ran = hurried("refresh", "--area", "London", "--data", data, "--mirror", mirror, "--quiet")
    assert ran.code == 1
    assert "ons_lsoa_boundaries_2021" in ran.sentence or "ons_census_residents_2021" in ran.sentence
    assert not (data / "releases").exists() or not list((data / "releases").iterdir())
    assert not (data / "scope.json").exists()
