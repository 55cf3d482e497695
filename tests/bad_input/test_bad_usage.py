"""Wrong questions: exit 2, one sentence with the remedy, and nothing changed."""

import json
import shutil
import socket
import time

import pytest


def test_another_area_than_dir_publishes(data, public, fingerprint, untouched):
    before = fingerprint(data)
    ran = public("refresh", "--data", data, "--area", "Hackney", "--quiet")
    assert ran.code == 2
    assert "cannot also publish Hackney" in ran.sentence
    assert "--data" in ran.sentence
    untouched(data, before)


def test_no_mirror_listens(room, public):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    start = time.monotonic()
    ran = public("refresh", "--data", room / "data", "--area", "Hackney", "--mirror", address, "--quiet")
    assert time.monotonic() - start < 60
    assert ran.code == 1
    assert "nothing answers there" in ran.sentence
    assert f"check that the mirror at {address} is running" in ran.sentence.replace("Check", "check")
    assert not (room / "data" / "releases" / "latest").exists()
    assert not (room / "data" / "scope.json").exists()


@pytest.mark.parametrize("storage", ["postgres: {postgres_url: 'postgresql+psycopg2://me:s3cret@127.0.0.1:9/x'}", "sqlite: {base_dir: 7}"])  # fmt: skip
def test_a_storage_of_dagster_that_cannot_be_opened(storage, data, command, fingerprint, untouched):
    before = fingerprint(data)
    (data / "dagster.yaml").write_text(f"storage:\n  {storage}\n")
    ran = command("refresh", "--data", data, "--quiet")
    assert ran.code == 1
    assert "dagster.yaml: the storage it names cannot be opened" in ran.sentence
    assert "s3cret" not in ran.err
    untouched(data, before)


def test_mirror_that_is_no_web_address(room, public):
    address = "127.0.0.1:9"
    ran = public("refresh", "--data", room / "data", "--area", "Hackney", "--mirror", address, "--quiet")
    assert ran.code in (1, 2)
    assert "mirror" in ran.sentence


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_data_is_a_file(name, room, command):
    (room / "file").write_text("not a folder")
    ran = command("refresh", "--data", room / name, "--quiet")
    assert ran.code in (1, 2)
    assert "file" in ran.sentence
    assert (room / "file").read_text() == "not a folder"


def test_no_recording_of_that_day(room, command):
    ran = command("refresh", "--data", room / "data", "--sample-date", "2020-01-01", "--quiet")
    assert ran.code == 2
    assert "2026-03-31" in ran.sentence
    assert not (room / "data").exists()


def test_check_of_an_old_release(data, command, fingerprint):
    health = json.loads((data / "health.json").read_bytes())
    health["last_good_refresh"] = "2020-01-01T00:00:00Z"
    (data / "health.json").write_text(json.dumps(health))
    before = fingerprint(data)
    for days in ("0", "30"):
        ran = command("check", "--data", data, "--max-age", days)
        assert ran.code == 1
        assert f"more than {days}" in ran.sentence
        assert "refresh" in ran.sentence
    assert command("check", "--data", data, "--max-age", "100000").code == 0
    assert fingerprint(data) == before


def test_check_without_a_release(room, command):
    ran = command("check", "--data", room / "data")
    assert ran.code == 1
    assert "commonground refresh" in ran.sentence
    assert not (room / "data").exists()


def test_rollback_to_a_release_not_kept(data, command, fingerprint, untouched):
    before = fingerprint(data)
    ran = command("rollback", "9.9.9", "--data", data)
    assert ran.code == 2
    assert "9.9.9 is not kept" in ran.sentence
    assert before["latest"] in ran.sentence
    untouched(data, before)


def test_diff_of_one_release(data, command):
    ran = command("diff", "1.0.0", "--data", data)
    assert ran.code == 2
    assert "two releases" in ran.sentence


def test_diff_where_there_is_one_release(data, command):
    ran = command("diff", "--data", data)
    assert ran.code == 2
    assert "Refresh again" in ran.sentence


def test_diff_of_releases_that_are_not_there(data, command):
    ran = command("diff", "1.0.0", "9.9.9", "--data", data)
    assert ran.code in (1, 2)
    assert "9.9.9" in ran.sentence


@pytest.mark.parametrize("words", [("refresh", "--nonsense"), ("nonsense",), ("check", "--max-age", "soon")])
def test_words_that_are_not_there(words, command):
    ran = command(*words)
    assert ran.code == 2
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "file",
    [
        "commonground.duckdb",
        "csv/by_region/S99800001.csv",
        "xlsx/by_authority/S99600001.xlsx",
        "geojson/places.geojson",
        "geojson/neighbourhoods.geojson",
        "parquet/neighbourhoods.parquet",
        "datapackage.json",
    ],
)
def test_check_of_a_damaged_release(file, data, command):
    path = data / "releases" / "latest" / file
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    ran = command("check", "--data", data)
    assert ran.code == 1
    assert "release" in ran.sentence


@pytest.mark.parametrize("file", ["datapackage.json", "geojson/places.geojson"])
def test_check_of_a_release_with_a_file_gone(file, data, command):
    (data / "releases" / "latest" / file).unlink()
    ran = command("check", "--data", data)
    assert ran.code == 1
    assert "release" in ran.sentence


def test_rollback_to_a_damaged_release(data, command, fingerprint):
    shutil.copytree(data / "releases/1.0.0", data / "releases/0.9.0")
    path = data / "releases/0.9.0/geojson/places.geojson"
    path.write_bytes(path.read_bytes() + b" ")
    before = fingerprint(data)
    ran = command("rollback", "0.9.0", "--data", data)
    assert ran.code == 1
    assert "choose another version" in ran.sentence.replace("Choose", "choose")
    assert fingerprint(data) == before
