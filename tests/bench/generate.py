"""The made-up data of the bench: neighbouring areas with crooked borders, and points and places crowded into towns.

Areas are Voronoi cells of homes crowded into towns, in a box the size of Great Britain. Each border between two cells
is bent once, by moving the middles of its parts again and again, and given to both cells: neighbours meet exactly, as
in official outlines. A bent border keeps inside the kite that its ends make with the two homes, so that no border
crosses another and every area is valid. Three files hold the same areas: `detailed` (5 bends, 193 vertices on average),
`simplified` (3, 49) and `plain` (1, 13). Beside them `indicators`, of other areas, as many as England has: 42 columns
that go together more or less, most of percentages, some with a long tail, some known for whole authorities only; and
`indicators_with_gaps`, the same with one value in fifty missing; and `many_places`, more than England has of all kinds
that count. Seeded: the same sizes give the same data.

    python generate.py FOLDER [--areas N] [--points N] [--places N] [--supply N] [--scored N] [--many_places N]     prints where it is
"""

import argparse
import hashlib
import json
import shutil
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import Voronoi, cKDTree

CRS = "EPSG:27700"
WIDTH, HEIGHT = 500_000.0, 750_000.0  # metres: 375,000 square kilometres
BENDS = {"detailed": 5, "simplified": 3, "plain": 1}
MOST_BENDS = max(BENDS.values())
N_KINDS = 15
N_INDICATORS, N_CAUSES = 42, 4
PER_AUTHORITY = 110  # areas
MISSING = 0.02
WIDEST = np.radians(40)  # between a straight border and what bends away from it
SIZES = {
    "areas": 35_000,
    "points": 3_000_000,
    "places": 200_000,
    "supply": 50_000,
    "scored": 33_755,
    "many_places": 300_000,
}


def generate(folder: Path, **sizes: int) -> Path:
    """Write areas, points, places, supply and indicators as Parquet below `folder`, again when this file or `sizes` change."""
    sizes = SIZES | sizes
    told = json.dumps(sizes, sort_keys=True)
    key = hashlib.sha256(Path(__file__).read_bytes() + told.encode()).hexdigest()[:12]
    made = folder / f"generated-{sizes['areas']}-{key}"
    if (made / "sizes.json").exists():
        return made
    for old in folder.glob(f"generated-{sizes['areas']}-*"):
        shutil.rmtree(old)
    made.mkdir(parents=True)
    rng = np.random.default_rng(2026)
    homes = _crowded(rng, sizes["areas"])
    table = _table(homes, rng)
    ridges = _Ridges(homes, rng)
    for name, bends in BENDS.items():
        outlines = geopandas.GeoDataFrame(table, geometry=ridges.outlines(bends), crs=CRS)
        outlines.to_parquet(made / f"{name}.parquet")
    for name in ("points", "places", "supply"):
        spots = _spots(rng, homes, sizes[name])
        if name == "points":  # one in a thousand on a corner, where rules for borders show
            corners = ridges.paths.reshape(-1, 2)
            spots[rng.integers(0, len(spots), len(spots) // 1000)] = rng.choice(corners, len(spots) // 1000)
        frame = pd.DataFrame({"x": spots[:, 0], "y": spots[:, 1]})
        if name != "points":
            frame["kind"] = rng.integers(0, N_KINDS, len(frame))
            frame["size"] = rng.integers(1, 50, len(frame)).astype(float)
        frame.to_parquet(made / f"{name}.parquet")
    rng = np.random.default_rng(2029)
    spots = _spots(rng, homes, sizes["many_places"])
    many = pd.DataFrame({"x": spots[:, 0], "y": spots[:, 1], "kind": rng.integers(0, N_KINDS, len(spots))})
    many.to_parquet(made / "many_places.parquet")
    indicators = _indicators(np.random.default_rng(2027), sizes["scored"])
    indicators.to_parquet(made / "indicators.parquet")
    missing = np.random.default_rng(2028).random(indicators.shape) < MISSING
    indicators.mask(missing).to_parquet(made / "indicators_with_gaps.parquet")
    (made / "sizes.json").write_text(told, "utf-8")  # last: what has it is whole
    return made


def _table(homes: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """What a published area carries: a code, a point, residents, and ten numbers."""
    n = len(homes)
    table = pd.DataFrame({"area_code": [f"G{i:08d}" for i in range(n)], "x": homes[:, 0], "y": homes[:, 1]})
    table["population"] = rng.integers(1000, 3000, n)
    return table.assign(**{f"measure_{column}": np.round(rng.uniform(0, 100, n), 3) for column in range(10)})


def _crowded(rng: np.random.Generator, n: int) -> np.ndarray:
    """`n` homes, town by town: a few large towns and many small ones, and one home in ten in the open country."""
    n_towns = max(3, n // 60)
    middle = rng.uniform((0.03, 0.03), (0.97, 0.97), (n_towns, 2)) * (WIDTH, HEIGHT)
    weight = 1 / np.arange(1, n_towns + 1) ** 0.8
    town = np.sort(rng.choice(n_towns, n - n // 10, p=weight / weight.sum()))
    people = np.bincount(town, minlength=n_towns)
    spread = 350 * np.sqrt(people)[town, None]
    around = middle[town] + rng.normal(size=(len(town), 2)) * spread
    country = rng.uniform(size=(n // 10, 2)) * (WIDTH, HEIGHT)
    homes = np.concatenate([around, country])
    folded = np.abs(homes)  # what falls outside the box is folded back into it
    return np.minimum(folded, 2 * np.array([WIDTH, HEIGHT]) - folded)


def _spots(rng: np.random.Generator, homes: np.ndarray, n: int) -> np.ndarray:
    """`n` points in no order: nine in ten about as far from some home as the next home is, the others anywhere."""
    next_home = cKDTree(homes).query(homes, k=2)[0][:, 1]
    chosen = rng.integers(0, len(homes), n)
    spots = homes[chosen] + rng.normal(size=(n, 2)) * next_home[chosen, None]
    anywhere = rng.random(n) < 0.1
    # a little beyond the box, so that some points lie in no area
    spots[anywhere] = rng.uniform(-0.001, 1.001, (int(anywhere.sum()), 2)) * (WIDTH, HEIGHT)
    return spots


def _indicators(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """A row per area, a column per indicator: a few common causes, and as much again of its own."""
    causes = rng.normal(size=(n, N_CAUSES))
    columns = {}
    for number in range(1, N_INDICATORS + 1):
        share = rng.dirichlet(np.ones(N_CAUSES))
        need = (causes @ np.sqrt(share) + rng.normal(size=n)) / np.sqrt(2)
        if number % 7 == 0:  # a rate known for whole authorities
            authority = np.arange(n) // PER_AUTHORITY
            need = np.bincount(authority, need) / np.bincount(authority) * 4
            need = need[authority]
        rate = np.exp(1 + 0.9 * need) if number % 5 == 0 else 100 / (1 + np.exp(1.5 - 0.8 * need))
        columns[f"indicator_{number:02}"] = np.round(rate, 2)
    return pd.DataFrame(columns, index=pd.Index([f"G{i:08d}" for i in range(n)], name="area_code"))


class _Ridges:
    """The borders between the Voronoi cells of `homes`, bent, and the cells' outlines made of them."""

    def __init__(self, homes: np.ndarray, rng: np.random.Generator):
        # The homes mirrored in each edge of the box, so that cells end there.
        mirrored = [homes]
        for edge in ((0, None), (2 * WIDTH, None), (None, 0), (None, 2 * HEIGHT)):
            mirrored.append(
                np.column_stack([homes[:, k] if at is None else at - homes[:, k] for k, at in enumerate(edge)])
            )
        cells = Voronoi(np.concatenate(mirrored))
        sides, ends = cells.ridge_points, np.array(cells.ridge_vertices)
        mine = (sides < len(homes)).any(axis=1)
        sides, ends = sides[mine], ends[mine]
        self.paths = _bent(cells.vertices[ends[:, 0]], cells.vertices[ends[:, 1]], cells.points[sides[:, 0]], rng)
        self.area, self.ridge, self.backwards = _walks(sides, ends, len(homes))

    def outlines(self, bends: int) -> np.ndarray:
        """The areas, each border with 2**bends parts."""
        steps = self.paths[:, :: 2 ** (MOST_BENDS - bends)][self.ridge]
        steps[self.backwards] = steps[self.backwards][:, ::-1]
        steps = steps[:, :-1]  # the last corner of a border is the first of the next
        rings = shapely.linearrings(steps.reshape(-1, 2), indices=np.repeat(self.area, steps.shape[1]))
        return shapely.orient_polygons(shapely.polygons(rings))


def _walks(sides: np.ndarray, ends: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Around each area in turn: the area, the border, and whether it is walked from its end to its start."""
    borders: list[list[int]] = [[] for _ in range(n)]
    for ridge, pair in enumerate(sides.tolist()):
        for side in pair:
            if side < n:
                borders[side].append(ridge)
    corner = ends.tolist()
    walks = []
    for area, around in enumerate(borders):
        at, left = corner[around[0]][0], set(around)
        while left:
            ridge = next(r for r in around if r in left and at in corner[r])
            left.remove(ridge)
            backwards = corner[ridge][0] != at
            at = corner[ridge][0 if backwards else 1]
            walks.append((area, ridge, backwards))
    area, ridge, backwards = np.array(walks).T
    return area, ridge, backwards.astype(bool)


def _bent(start: np.ndarray, end: np.ndarray, home: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each straight border from `start` to `end`, half way between `home` and another, bent within its kite."""
    along = end - start
    room = np.minimum(_angle(along, home - start), _angle(-along, home - end))
    turn = 0.95 * np.minimum(room, WIDEST) / MOST_BENDS
    paths = np.stack([start, end], axis=1)
    for _ in range(MOST_BENDS):
        a, b = paths[:, :-1], paths[:, 1:]
        angle = turn[:, None] * rng.uniform(0.3, 1, a.shape[:2]) * rng.choice([-1.0, 1.0], a.shape[:2])
        across = np.stack([a[..., 1] - b[..., 1], b[..., 0] - a[..., 0]], axis=-1)
        finer = np.empty((len(paths), 2 * paths.shape[1] - 1, 2))
        finer[:, ::2], finer[:, 1::2] = paths, (a + b) / 2 + across / 2 * np.tan(angle)[..., None]
        paths = finer
    return paths


def _angle(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.arctan2(np.abs(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]), (u * v).sum(axis=1))


def _main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    for name, size in SIZES.items():
        asked.add_argument(f"--{name}", type=int, default=size)
    print(generate(**vars(asked.parse_args())))


if __name__ == "__main__":
    _main()
