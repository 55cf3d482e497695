"""The invented town itself: outline, river, small areas, councils and hardship surface, in EPSG:27700 metres."""

import numpy as np
import pandas as pd
import shapely
import shapely.affinity

SEED = 20260331
CENTRE = np.array([640_000.0, 560_000.0])  # in the North Sea, so that no map mistakes it for a real town
BANKS = {"north": 50, "south": 100}
# Hardship peaks: km east and north of the centre, height, width in km.
PEAKS = [(1.8, -0.9, 1.8, 1.3), (-2.4, 2.4, 1.9, 1.1), (-3.0, -2.0, 0.9, 1.2), (3.6, -3.0, 1.0, 1.0)]
COUNCILS = {1: ("S99600001", "Samplebridge", 65), 2: ("S99600002", "Northbank", 50), 3: ("S99600003", "Farmarsh", 35)}
WARDS = {1: [9, 8, 8, 8, 8, 8, 8, 8], 2: [8, 7, 7, 7, 7, 7, 7], 3: [7, 7, 7, 7, 7]}
REGIONS = {
    1: ("S99800001", "Samplebridge (invented city region)"),
    2: ("S99800001", "Samplebridge (invented city region)"),
    3: ("S99800002", "Marshward (invented region)"),
}
QUARTERS = (
    "Fablegate|Mockenbeck|Tryalwick|Draffenholme|Exemstead|Pretterhaven|Nottermere|Quillencroft|Fictorbeck|"
    "Feignwick Reach|Mentlewick|Draffengate|Specimen Hill|Tryalmere|Fablecroft|Mockenstead|Prettergate|Exemwick|"
    "Quillenholme|Nottercroft|Fictorhaven|Feignbeck|Mentlegate|Draffenmere|Tryalstead|Fablehaven|Exemcroft|"
    "Mockenmere|Pretterwick|Fictorstead"
).split("|")
WARD_NAMES = (
    "Ropemaker|Old Mockgate|Weighbeam|Tallyhouse|St Exempla's|Fablemoor|Lower Quillen|Upper Quillen|Trialfield|"
    "Notterside|Pretterfield|Beaconless|Feignwood|Mentle & Draff|Draffside|Far Exem|Sluicewick|Marshmock|"
    "Eeldyke|Saltfable"
).split("|")


def generator(part: int) -> np.random.Generator:
    """A random generator for one part of the town, so that a change in one part leaves the others as they were."""
    return np.random.default_rng([SEED, part])


def outline() -> shapely.Polygon:
    """The edge of the nation: a blob of about 14 km by 11 km."""
    angle = np.radians(np.arange(0, 360, 3))
    swell = 1 + 0.04 * np.sin(3 * angle + 1) + 0.02 * np.sin(5 * angle)
    return shapely.Polygon(CENTRE + np.column_stack([7000 * np.cos(angle), 5500 * np.sin(angle)]) * swell[:, None])


def river() -> shapely.Polygon:
    """The river, about 120 m wide, from beyond the west edge to beyond the east edge."""
    x = np.arange(-9000, 9001, 100.0)
    line = shapely.LineString(CENTRE + np.column_stack([x, 600 + 450 * np.sin(x / 2600)]))
    return line.buffer(60)


def seeds(bank: shapely.Polygon, count: int, rng: np.random.Generator) -> np.ndarray:
    """`count` seed points on one bank, denser towards the centre: k-means of a crowd drawn by density."""
    low, high = np.array(bank.bounds[:2]), np.array(bank.bounds[2:])
    crowd = rng.uniform(low, high, (60_000, 2))
    density = np.exp(-np.hypot(*(crowd - CENTRE).T) / 1300) + 0.006
    crowd = crowd[(rng.random(len(crowd)) < density) & shapely.contains_xy(bank, crowd)]
    centres = crowd[rng.choice(len(crowd), count, replace=False)]
    for _ in range(30):
        nearest = np.hypot(*(crowd[:, None] - centres[None]).transpose(2, 0, 1)).argmin(axis=1)
        centres = np.array([crowd[nearest == i].mean(axis=0) for i in range(count)])
    return centres


def groups(points: np.ndarray, sizes: list[int]) -> np.ndarray:
    """Number the points into compact groups of the given sizes, by cutting the longer side again and again."""
    labels = np.zeros(len(points), int)

    def cut(index: np.ndarray, first: int, parts: list[int]) -> None:
        if len(parts) == 1:
            labels[index] = first
            return
        half = len(parts) // 2
        axis = np.ptp(points[index], axis=0).argmax()
        index = index[np.argsort(points[index, axis], kind="stable")]
        cut(index[: sum(parts[:half])], first, parts[:half])
        cut(index[sum(parts[:half]) :], first + half, parts[half:])

    cut(np.arange(len(points)), 0, sizes)
    return labels


def wiggle(points: np.ndarray) -> np.ndarray:
    """Bend the plane a little (up to about 35 m), so that straight edges wander; on a grid of 0.1 m.

    It is a function of the point alone, so an edge shared by two areas stays shared. The waves are too shallow for
    the plane to fold over itself.
    """
    rng = generator(9)
    moved = points.copy()
    for length, height in ((1400, 18), (800, 10), (430, 6)):
        for axis in (0, 1):
            heading = rng.uniform(0, np.pi)
            along = (points - CENTRE) @ np.array([np.cos(heading), np.sin(heading)])
            moved[:, axis] += height * np.sin(2 * np.pi * along / length + rng.uniform(0, 2 * np.pi))
    return np.round(moved, 1)


def neighbour_cells(land: shapely.Polygon) -> list[shapely.Polygon]:
    """The six areas beyond the nation, side by side along its south edge."""
    beyond = shapely.affinity.translate(land, 0, -1500).difference(land)
    edges = CENTRE[0] + np.linspace(-4800, 4800, 7)
    south = CENTRE[1] - 500
    return [beyond.intersection(shapely.box(a, south - 9000, b, south)) for a, b in zip(edges[:-1], edges[1:])]


def coverage(cells: list[shapely.Polygon], bridge: shapely.Polygon, bridge_owner: int) -> list[shapely.Polygon]:
    """The cells with wandering edges as a valid coverage; the bridge strip becomes part of cell `bridge_owner`.

    All edges are noded together on the 0.1 m grid first and only then bent, so neighbours share every vertex.
    """
    lines = shapely.union_all([shapely.boundary(c) for c in [*cells, bridge]], grid_size=0.1)
    lines = shapely.transform(shapely.segmentize(lines, 80), lambda xy: np.round(xy, 1))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    inside, owner = shapely.STRtree([*cells, bridge]).query(shapely.point_on_surface(faces), predicate="within")
    parts: list[list] = [[] for _ in cells]
    for face, cell in zip(inside, owner):
        parts[bridge_owner if cell == len(cells) else cell].append(shapely.transform(faces[face], wiggle))
    shapes = [shapely.orient_polygons(shapely.coverage_union_all(p).normalize()) for p in parts]
    whole = [s.geoms[0] if s.geom_type == "MultiPolygon" and len(s.geoms) == 1 else s for s in shapes]
    if any(s.geom_type != "Polygon" or not s.is_valid for s in whole) or not shapely.coverage_is_valid(whole):
        raise RuntimeError("the invented areas are not a valid coverage: change the seed")
    return whole


def inhabited_point(shape: shapely.Polygon, rng: np.random.Generator) -> tuple[float, float]:
    """A point inside the area where its people might live on average, in EPSG:27700 metres."""
    homes = points_within(shape, 12, rng)
    mean = np.round(homes.mean(axis=0) + 0.1 * (CENTRE - homes.mean(axis=0)).clip(-400, 400), 1)
    if not shape.buffer(-10).contains(shapely.Point(mean)):
        mean = np.round(shapely.get_coordinates(shape.representative_point())[0], 1)
    return float(mean[0]), float(mean[1])


def points_within(shape: shapely.Polygon, count: int, rng: np.random.Generator) -> np.ndarray:
    """`count` points spread evenly over a shape, in its own CRS."""
    found = np.empty((0, 2))
    while len(found) < count:
        drawn = rng.uniform(shape.bounds[:2], shape.bounds[2:], (max(40, 4 * count), 2))
        found = np.vstack([found, drawn[shapely.contains_xy(shape, drawn)]])
    return found[:count]


def hardship(points: np.ndarray) -> np.ndarray:
    """The hidden surface from which every statistic is drawn: mean 0, spread 1, higher is harder."""
    km = (points - CENTRE) / 1000
    surface = 0.25 * np.sin(km[:, 0] / 1.7) + 0.2 * np.cos(km[:, 1] / 1.3 + km[:, 0] / 3)
    for x, y, height, width in PEAKS:
        surface += height * np.exp(-((km[:, 0] - x) ** 2 + (km[:, 1] - y) ** 2) / (2 * width**2))
    return (surface - surface.mean()) / surface.std()


def rural_urban(distance: float, council: int) -> tuple[str, str, str]:
    """Rural-urban class (code, name, Rural or Urban) from the distance to the centre in metres."""
    where = ("F1", "Further from") if council == 3 and distance > 4000 else ("N1", "Nearer to")
    code, name, kind = ("U", "Urban", "Urban")
    if distance > 5200:
        code, name, kind = ("RS", "Smaller rural", "Rural")
    elif distance > 4300:
        code, name, kind = ("RL", "Larger rural", "Rural")
    return code + where[0], f"{name}: {where[1]} a major town or city", kind


def placed_areas(points: np.ndarray, on_north: np.ndarray) -> pd.DataFrame:
    """Council, middle area and ward of each seed, in the order in which the areas are numbered."""
    rows = pd.DataFrame({"x": points[:, 0], "y": points[:, 1], "council": np.where(on_north, 2, 1)})
    south_east = 0.8 * rows.x - 0.6 * rows.y
    rows.loc[south_east[~on_north].nlargest(COUNCILS[3][2]).index, "council"] = 3
    msoa_before, ward_before = 0, 0
    for council, (_, _, count) in COUNCILS.items():
        here = rows.index[rows.council == council]
        rows.loc[here, "msoa_in_council"] = groups(points[here], [5] * (count // 5))
        rows.loc[here, "msoa"] = rows.loc[here, "msoa_in_council"] + msoa_before
        rows.loc[here, "ward"] = groups(points[here], WARDS[council]) + ward_before
        msoa_before, ward_before = msoa_before + count // 5, ward_before + len(WARDS[council])
    return rows.sort_values(["council", "msoa", "y"], kind="stable").astype({"msoa": int, "ward": int})


def build() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The town's 150 areas and its 6 neighbours: codes, names, shapes, points, people and hidden hardship."""
    rng = generator(1)
    land, water = outline(), river()
    halves = sorted(shapely.get_parts(land.difference(water)), key=lambda p: p.centroid.y)
    banks = {"south": halves[0], "north": halves[-1]}
    drawn, cells = [], []
    for bank, count in BANKS.items():
        drawn.append(seeds(banks[bank], count, rng))
        voronoi = shapely.voronoi_polygons(shapely.MultiPoint(drawn[-1]), extend_to=land.buffer(5000), ordered=True)
        cells += [cell.intersection(banks[bank]) for cell in voronoi.geoms]
    points = np.vstack(drawn)

    order = placed_areas(points, np.arange(len(points)) < BANKS["north"])
    cells = [cells[i] for i in order.index]
    on_river = [i for i, c in enumerate(cells) if order.council.iloc[i] == 1 and c.distance(water) < 1]
    owner = min(on_river, key=lambda i: abs(cells[i].intersection(water.buffer(1)).centroid.x - CENTRE[0]))
    middle = cells[owner].intersection(water.buffer(1)).centroid.x
    strip = water.intersection(shapely.box(middle - 15, CENTRE[1] - 3000, middle + 15, CENTRE[1] + 3000))
    shapes = coverage([*cells, *neighbour_cells(land)], strip, owner)

    areas = order.drop(columns=["x", "y"]).reset_index(drop=True)
    areas["shape"] = shapes[:150]
    areas["code"] = [f"S990{i:05d}" for i in range(1, 151)]
    number = areas.msoa_in_council.astype(int) + 1
    letter = areas.groupby("msoa").cumcount().map("ABCDE".__getitem__)
    areas["lad_code"] = areas.council.map(lambda c: COUNCILS[c][0])
    areas["lad_name"] = areas.council.map(lambda c: COUNCILS[c][1])
    areas["region_code"] = areas.council.map(lambda c: REGIONS[c][0])
    areas["region_name"] = areas.council.map(lambda c: REGIONS[c][1])
    areas["msoa_code"] = [f"S992{m + 1:05d}" for m in areas.msoa]
    areas["msoa_name"] = [f"{lad} {n:03d}" for lad, n in zip(areas.lad_name, number)]
    areas["quarter"] = [QUARTERS[m] for m in areas.msoa]
    areas["ward_code"] = [f"S995{w + 1:05d}" for w in areas.ward]
    areas["ward_name"] = [WARD_NAMES[w] for w in areas.ward]
    areas["name"] = areas.msoa_name + letter
    areas["point"] = [inhabited_point(s, rng) for s in areas["shape"]]
    points = np.array(areas.point.tolist())
    areas["distance"] = np.hypot(*(points - CENTRE).T)
    areas["hardship"] = hardship(points)
    areas["residents"] = np.clip(rng.normal(1650, 280, 150) + 60 * areas.hardship, 1000, 2600).round().astype(int)
    classes = [rural_urban(distance, council) for distance, council in zip(areas.distance, areas.council)]
    areas[["ruc_code", "ruc_name", "rural_or_urban"]] = classes

    neighbours = pd.DataFrame({"code": [f"S991{i:05d}" for i in range(1, 7)], "shape": shapes[150:]})
    neighbours["name"] = [f"Beyondshire 001{letter}" for letter in "ABCDEF"]
    return areas, neighbours
