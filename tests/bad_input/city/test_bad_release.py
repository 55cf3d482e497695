"""A latest release that is no longer the one published, or held by another program, and litter beside it: nobody is held up."""

import subprocess
import sys

import pytest

OLD, NEW = "2026-03-31", "2026-09-30"
HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
SAVE = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('create view mine as from neighbourhood_profile')"


def words(data, date):
    return "refresh", "--data", data, "--area", "Hanul", "--sample-date", date


@pytest.fixture
def profile(data):
    """The words that ask for an area of the release."""
    authority = next((data / "releases" / "latest" / "xlsx" / "by_authority").iterdir())
    return "profile", authority.stem, "--data", data


@pytest.fixture
def database(data):
    return data / "releases" / "latest" / "commonground.duckdb"


def test_another_program_holds_the_database(data, database, profile, command):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        for line in (("check", "--data", data), profile, words(data, OLD)):
            ran = command(*line)
            assert ran.code == 0, ran.err
        holder.stdin.close()


def test_another_program_saved_a_view(data, database, profile, command, fingerprint):
    before = fingerprint(data)
    subprocess.run([sys.executable, "-c", SAVE, str(database)], check=True)
    ran = command("check", "--data", data)
    assert ran.code == 1
    assert "file_not_as_published" in ran.sentence
    assert command(*profile).code == 0
    ran = command(*words(data, OLD))
    assert ran.code == 0, ran.err
    assert "is no longer what was published" in ran.err
    assert "release 1.0.0 was made again" in ran.err
    assert fingerprint(data)["latest"] == before["latest"]
    assert command("check", "--data", data).code == 0
    aside = next((data / "damaged" / "releases").iterdir())
    assert command("diff", "--exact", aside, data / "releases" / "latest").code in (0, 1)


def test_nothing_that_bears_a_versions_name_holds_up_a_refresh(data, command, fingerprint):
    releases = data / "releases"
    (releases / "1.0.1").mkdir()
    (releases / "7.0.0").write_bytes(b"")
    (releases / "latest").unlink()
    (releases / "latest").symlink_to("/etc")
    ran = command("check", "--data", data)
    assert ran.code == 1
    assert "points at no release that is whole" in ran.sentence
    ran = command(*words(data, NEW))
    assert ran.code == 0, ran.err
    assert "it points at 1.0.0 now" in ran.err
    assert sorted(path.name for path in releases.iterdir()) == ["1.0.0", fingerprint(data)["latest"], "latest"]
    assert command("check", "--data", data).code == 0
    assert sorted(path.name.split(".20")[0] for path in (data / "damaged" / "releases").iterdir()) == ["1.0.1", "7.0.0"]
