"""Input meant to do harm: paths in a zip, markup and formulas in names, huge answers, and a secret that must not leak."""

import csv
import http.server
import io
import json
import threading
import zipfile
from pathlib import Path

import pytest

from pipelines.release.database import open_database

OLD = "2026-03-31"
NAMES = [
    "<script>alert(1)</script>Kiln Lane Library",
    '=HYPERLINK("http://evil.example","Quay Library")',
    "= =HYPERLINK(1)",
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "-2+3+cmd|' /C calc'!A0",
    "<img src=x onerror=alert(1) Unclosed Library",
    "Tab\tand\x00control\x1b[31m",
]
HARM = ("<script", "<img", "onerror=", "=HYPERLINK", "\x00", "\x1b")
FORMULA = ("=", "+", "@", "-", "\t", "\r", " =")


def words(data: Path) -> tuple:
    return "refresh", "--data", data, "--sample-date", OLD, "--quiet"


def rename(column: str, names: list[str], encoding: str = "utf-8"):
    """A change of the first rows' names in a CSV file."""

    def change(body: bytes) -> bytes:
        rows = list(csv.reader(io.StringIO(body.decode(encoding))))
        at = rows[0].index(column)
        for row, name in zip(rows[1:], names, strict=False):
            row[at] = name
        out = io.StringIO()
        csv.writer(out).writerows(rows)
        return out.getvalue().encode(encoding)

    return change


def climbing(body: bytes) -> bytes:
    """The zip, with members that would climb out of any folder they were unpacked in."""
    out = io.BytesIO(body)
    with zipfile.ZipFile(out, "a") as archive:
        for name in ("../../../evil.csv", "/tmp/evil-absolute.csv", "..\\evil.csv", "C:\\evil.csv"):
            archive.writestr(name, "evil")
    return out.getvalue()


@pytest.fixture(scope="module")
def hostile(published, roomy, whole_town, command):
    """A DIR refreshed on hostile names and a hostile zip."""
    import shutil

    data = Path(shutil.copytree(published, roomy / "hostile" / "data", symlinks=True))
    whole_town.spoil("Libraries.csv", rename("name", NAMES))
    whole_town.spoil("edubasealldata", rename("EstablishmentName", NAMES, "cp1252"))
    whole_town.spoil("brownfield-land.csv", rename("site-address", NAMES))
    whole_town.spoil("census2021-ts054", climbing)
    try:
        ran = command(*words(data))
    finally:
        whole_town.mend()
    assert ran.code == 0, ran.err
    return data


def test_zip_that_climbs_writes_nothing_outside(hostile, command):
    assert not list(hostile.parent.parent.rglob("*evil*"))
    assert not Path("/tmp/evil-absolute.csv").exists()
    assert not list(Path.cwd().glob("*evil*"))
    observed = (hostile / "snapshots/ons_census_tenure_2021/observations.jsonl").read_text().splitlines()
    assert json.loads(observed[-1])["status"] == "new"
    assert command("check", "--data", hostile).code == 0


def texts(data: Path):
    """Every text of every table of the latest release, with its table and column."""
    with open_database(data / "releases/latest/commonground.duckdb", read_only=True) as connection:
        columns = connection.execute(
            "select table_name, column_name from duckdb_columns() where data_type = 'VARCHAR' and not internal"
        ).fetchall()
        for table, column in columns:
            for (text,) in connection.execute(f'select distinct "{column}" from "{table}"').fetchall():
                if text:
                    yield table, column, text


def test_hostile_names_do_not_reach_the_maps(hostile):
    latest = hostile / "releases/latest"
    for path in [*latest.rglob("*.geojson"), *latest.rglob("*.csv")]:
        found = [harm for harm in HARM if harm in path.read_text("utf-8")]
        assert not found, (path.name, found)
    for feature in json.loads((latest / "geojson/places.geojson").read_bytes())["features"]:
        name = feature["properties"]["name"]
        assert not (name or "").startswith(FORMULA), name


def test_hostile_names_do_not_reach_the_place_table(hostile):
    for table, column, text in texts(hostile):
        if column == "name" or column.endswith("_name"):
            assert not [harm for harm in HARM if harm in text], (table, column, text)
            assert not text.startswith(FORMULA), (table, column, text)


def test_hostile_names_do_not_reach_any_table(hostile):
    found = {(table, column) for table, column, text in texts(hostile) if [harm for harm in HARM if harm in text]}
    assert not found


def test_hostile_names_of_areas(town, data, command):
    """Names of areas are shown in pages too."""
    town.spoil(
        "MSOA-Names", rename("msoa21hclnm", ["<script>alert(1)</script>Quarter", '=HYPERLINK("http://evil.example")'])
    )
    ran = command(*words(data))
    if ran.code:
        assert "hocl_msoa_names_2021" in ran.sentence
        return
    for path in [*(data / "releases/latest").rglob("*.geojson"), *(data / "releases/latest").rglob("*.csv")]:
        assert "<script" not in path.read_text("utf-8"), path.name
        assert "=HYPERLINK" not in path.read_text("utf-8"), path.name


def test_csv_larger_than_allowed(town, data, command, fingerprint, untouched):
    before = fingerprint(data)
    town.spoil("NM_2021_1", lambda body: body + b"x" * 20_000_001)
    ran = command(*words(data))
    assert ran.code == 1
    assert "ons_census_residents_2021" in ran.sentence
    assert "larger than the 20 MB" in ran.sentence
    assert "max_mb" in ran.sentence
    untouched(data, before)


def test_json_larger_than_allowed(town, data, command, fingerprint, untouched):
    before = fingerprint(data)
    page = {**town.page("LAD24_RGN24_EN_LU"), "padding": "x" * 5_000_001}
    town.spoil("/LAD24_RGN24_EN_LU/FeatureServer/0/query?where=1=1&outFields", json.dumps(page).encode())
    town.edit_layer("LAD24_RGN24_EN_LU")
    ran = command(*words(data))
    assert ran.code == 1
    assert "ons_authority_region_2024" in ran.sentence
    assert "larger than the 5 MB" in ran.sentence
    untouched(data, before)


SECRET = "s3cr3t-t0ken-of-the-channel"


class Channel(http.server.BaseHTTPRequestHandler):
    """Keeps what is posted to it."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posted.append((self.path, body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *words):
        """Nothing is told."""


@pytest.fixture
def channel():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Channel)
    server.posted, server.status = [], 200
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("status", [200, 500, None], ids=["taken", "refused", "nobody there"])
def test_failure_is_told_once_and_the_address_stays_secret(status, channel, town, data, command, monkeypatch):
    address = f"http://127.0.0.1:{channel.server_address[1]}/hook/{SECRET}"
    if status is None:
        channel.shutdown()
        channel.server_close()
        channel.shutdown = channel.server_close = lambda: None
    else:
        channel.status = status
    monkeypatch.setenv("COMMONGROUND_ALERT_URL", address)
    town.spoil("NM_2021_1", b"gone", status=404)
    ran = command(*words(data))
    assert ran.code == 1
    assert SECRET not in ran.out + ran.err
    for path in data.rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path
    if status:
        assert len(channel.posted) == 1, channel.posted
        path, body = channel.posted[0]
        assert path == f"/hook/{SECRET}"
        told = json.loads(body)["text"]
        assert ran.sentence.removeprefix("commonground: ") in told
        assert "\n" not in told


def test_two_failures_are_told_once(channel, town, data, command, monkeypatch):
    monkeypatch.setenv("COMMONGROUND_ALERT_URL", f"http://127.0.0.1:{channel.server_address[1]}/hook/{SECRET}")
    town.spoil("NM_2021_1", b"gone", status=404)
    town.spoil("LAD24_RGN24_EN_LU/FeatureServer/0?f=json", b"gone", status=404)
    ran = command(*words(data))
    assert ran.code == 1
    assert ran.sentence
    assert len(channel.posted) == 1


def test_wrong_usage_and_success_tell_nobody(channel, data, command, monkeypatch):
    monkeypatch.setenv("COMMONGROUND_ALERT_URL", f"http://127.0.0.1:{channel.server_address[1]}/hook/{SECRET}")
    assert command(*words(data)).code == 0
    assert command(*words(data), "--area", "Hackney").code == 2
    assert channel.posted == []
