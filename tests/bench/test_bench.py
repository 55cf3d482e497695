"""The bench on small data: it runs, both sides agree, and it tells what it is asked to. Nothing about speed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

HERE = Path(__file__).parent
KEYS = ["work", "data", "peer", "ours_s", "peer_s", "ratio", "ours_peak_mb", "peer_peak_mb", "same_answer"]


def python(*arguments, check=True):
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent.parent)}
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        check=check,
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
    )


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    data = tmp_path_factory.mktemp("bench")
    done = python(HERE / "bench.py", "--data", data, "--quick", check=False)
    assert done.returncode == 0, done.stderr
    return data, done


def test_a_quick_run_agrees_and_tells_what_it_is_asked_to(quick):
    data, done = quick
    rows = json.loads((data / "bench.json").read_text("utf-8"))
    assert {row["peer"] for row in rows} >= {
        "geopandas.sjoin within",
        "geopandas.sjoin intersects",
        "geopandas.sjoin_nearest",
        "geopandas.sjoin dwithin, pandas",
        "GeoDataFrame.to_file",
        "pandas rank",
    }
    for row in rows:
        assert list(row) == KEYS
        assert row["same_answer"] is True, done.stderr
        assert row["ours_s"] >= 0
        assert row["peer_s"] > 0
        assert row["ours_peak_mb"] > 50
        assert row["peer"] in done.stdout
    assert not [path for path in (data / "bench").iterdir() if not path.name.startswith("generated-")]


def test_the_made_up_areas_are_valid_and_meet_exactly(quick):
    [made] = (quick[0] / "bench").iterdir()
    for name, least, most in (("detailed", 185, 200), ("simplified", 46, 51), ("plain", 12, 14)):
        outlines = geopandas.read_parquet(made / f"{name}.parquet")
        shapes = outlines.geometry.to_numpy()
        assert len(shapes) == 600
        assert shapely.is_valid(shapes).all()
        assert shapely.coverage_is_valid(shapes)
        assert least < shapely.get_num_coordinates(shapes).mean() < most
        # every home is in its own area
        assert shapely.contains_xy(shapes, outlines["x"], outlines["y"]).all()


def test_the_made_up_data_is_the_same_each_time(quick, tmp_path):
    [made] = (quick[0] / "bench").iterdir()
    sizes = json.loads((made / "sizes.json").read_text("utf-8"))
    words = [word for name, size in sizes.items() for word in (f"--{name}", size)]
    again = Path(python(HERE / "generate.py", tmp_path, *words).stdout.strip())
    assert again.name == made.name
    for name in ("detailed", "points", "places", "supply", "indicators", "indicators_with_gaps", "many_places"):
        read = pd.read_parquet if name != "detailed" else geopandas.read_parquet
        assert read(again / f"{name}.parquet").equals(read(made / f"{name}.parquet")), name


def spread(n=10_000, **last):
    names = ("rank", "rank_median", "rank_low", "rank_high", "worst_decile_share", "rank_shift_mean")
    return {name: np.append(np.zeros(n), last.get(name, 0.0)) for name in names}


def lost(**other):
    return {"residents_only": [1.0, 2.0], "residents_nearest": [3.0, 2.0], "extra_m": [10.0, np.nan]} | other


def test_a_rank_by_rounding_is_let_by_in_one_area_of_ten_thousand(tmp_path):
    for n, same in ((10_000, True), (100, False)):
        np.savez(tmp_path / "ours.npz", **spread(n))
        np.savez(tmp_path / "peers.npz", **spread(n, rank_low=1.0))
        done = python(HERE / "compare.py", "spread", tmp_path, "{}", tmp_path / "ours.npz", tmp_path / "peers.npz")
        assert json.loads(done.stdout)["same"] is same, done.stdout


@pytest.mark.parametrize(
    ("kind", "ours", "peers"),
    [
        ("areas", {"area": [0, 1, 2]}, {"area": [0, 1, 3]}),
        ("distances", {"metres": [1.0, 2.0]}, {"metres": [1.0, 2.002]}),
        ("losses", lost(), lost(residents_only=[1.0, 3.0])),
        ("losses", lost(), lost(extra_m=[10.2, np.nan])),
        ("losses", lost(), lost(extra_m=[10.0, 0.0])),
        ("access", {"access": [1.0, 0.0]}, {"access": [1.0 + 1e-8, 0.0]}),
        ("access", {"access": [1.0, 0.0]}, {"access": [1.0, 1e-12]}),
        ("spread", spread(), spread(rank=5_001.0)),  # one rank in one area of ten thousand is let by, no more
        ("spread", spread(), spread(rank_low=np.nan)),
        ("spread", spread(), spread(worst_decile_share=2.0)),
    ],
)
def test_answers_that_differ_are_told_to_differ(quick, tmp_path, kind, ours, peers):
    [made] = (quick[0] / "bench").iterdir()
    np.savez(tmp_path / "ours.npz", **ours)
    np.savez(tmp_path / "peers.npz", **peers)
    for theirs, same in ((tmp_path / "peers.npz", False), (tmp_path / "ours.npz", True)):
        options = json.dumps({"areas": "detailed"})
        done = python(HERE / "compare.py", kind, made, options, tmp_path / "ours.npz", theirs)
        assert json.loads(done.stdout)["same"] is same, done.stdout


def test_maps_that_differ_are_told_to_differ(tmp_path):
    def answer(name, shape, **properties):
        feature = {"type": "Feature", "id": "a", "geometry": shapely.geometry.mapping(shape), "properties": properties}
        (tmp_path / f"{name}.geojson").write_text(json.dumps({"features": [feature]}), "utf-8")
        np.savez(tmp_path / f"{name}.npz", path=str(tmp_path / f"{name}.geojson"))

    square = shapely.box(0, 0, 1, 1)
    answer("first", square, n=1)
    answer("same", shapely.reverse(square), n=1, area_code="a")
    answer("moved", shapely.box(0, 0, 1, 1.001), n=1)
    answer("other", square, n=2)
    for name, same in (("same", True), ("moved", False), ("other", False)):
        done = python(HERE / "compare.py", "files", tmp_path, "{}", tmp_path / "first.npz", tmp_path / f"{name}.npz")
        assert json.loads(done.stdout)["same"] is same, done.stdout
