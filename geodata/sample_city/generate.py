"""Writes the recorded answers of Hanul: `python -m geodata.sample_city.generate`. The same bytes every time.

Hanul lies in the Yellow Sea and does not exist: 84 areas of thirteen digits in 12 dong and 3 gu, measured in EPSG:5179,
with Korean headings in cp949, money in won, no postcodes, no regions, and classes of its own for old and new town. On
purpose there: a row without coordinates, a library listed twice, a market beyond the city, a list that is not complete.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from geodata.crs import PUBLISHED, transform_xy
from geodata.sample import wire

HERE, DATE, SEED = Path(__file__).parent, "2026-09-30", 5179
CRS, WEST, SOUTH = "EPSG:5179", 700_000.0, 1_750_000.0
WIDE, HIGH, SIDE = 12, 7, 480.0  # areas from west to east and from south to north, and metres along each
STATISTICS, LIBRARIES = "https://stat.hanul.example", "https://lib.hanul.example"
GU = {"99010": "북강구", "99020": "새터구", "99030": "동뫼구"}
DONG = "가람 나루 다솜 라온 마루 바다 사랑 아침 자락 차오름 카온 타래".split()
DATA = {"json": "application/json; charset=utf-8", "csv": "text/csv"}


def areas() -> pd.DataFrame:
    """The 84 areas: codes, names, outline, a point of homes, class, residents and a hidden hardship."""
    rng = np.random.default_rng([SEED, 1])
    corners = np.stack(np.meshgrid(np.arange(WIDE + 1), np.arange(HIGH + 1), indexing="ij"), axis=-1) * SIDE
    corners = np.round(corners + rng.uniform(-90, 90, corners.shape) + [WEST, SOUTH], 1)
    rows = []
    for column in range(WIDE):
        for row in range(HIGH):
            ring = [corners[column + i, row + j] for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))]
            gu, dong = column // 4, column // 4 * 4 + column % 4
            rows.append({"gu": list(GU)[gu], "dong": dong, "number": row + 1, "shape": shapely.Polygon(ring)})
    table = pd.DataFrame(rows)
    table["dong_code"] = [f"{gu}{510 + 10 * (dong % 4)}" for gu, dong in zip(table.gu, table.dong, strict=True)]
    table["code"] = [f"{dong}{number:05d}" for dong, number in zip(table.dong_code, table.number, strict=True)]
    table["gu_name"], table["dong_name"] = table.gu.map(GU), [DONG[dong] + "동" for dong in table.dong]
    table["name"] = table.dong_name + " " + table.number.astype(str)
    middle = np.array([shape.centroid.coords[0] for shape in table["shape"]])
    table[["x", "y"]] = np.round(middle + rng.uniform(-60, 60, middle.shape), 1)
    away = np.hypot(*((middle - [WEST + 1500, SOUTH + 1600]) / 1000).T)
    table["hardship"] = np.exp(-away / 1.5) + rng.normal(0, 0.08, len(table))
    table["old_town"] = away < 2.2
    table["residents"] = rng.integers(420, 1100, len(table))
    return table


def households(table: pd.DataFrame) -> pd.DataFrame:
    """The household table, in the statistics office's own headings; money in units of ten thousand won."""
    rng = np.random.default_rng([SEED, 2])
    homes = (table.residents / 2.3).round().astype(int)
    share = lambda base, slope: np.clip(base + slope * table.hardship + rng.normal(0, 0.02, len(table)), 0, 1)  # noqa: E731
    return pd.DataFrame(
        {
            "집계구코드": table.code,
            "가구수": homes,
            "기초생활수급가구": (homes * share(0.03, 0.25)).round().astype(int),
            "반지하가구": (homes * share(0.01, 0.15)).round().astype(int),
            "평균전세금_만원": (38_000 - 16_000 * table.hardship + rng.normal(0, 1_500, len(table)))
            .round()
            .astype(int),
        }
    )


def places(table: pd.DataFrame, part: int, count: int) -> np.ndarray:
    """Points near the homes of `count` areas, in metres."""
    rng = np.random.default_rng([SEED, part])
    chosen = rng.choice(len(table), count, replace=False)
    return np.round(table.loc[chosen, ["x", "y"]].to_numpy() + rng.uniform(-150, 150, (count, 2)), 1)


def libraries(table: pd.DataFrame) -> bytes:
    """The list of libraries as JSON, in degrees: one twice, and one without coordinates."""
    points = places(table, 3, 9)
    lon, lat = transform_xy(points[:, 0], points[:, 1], CRS, PUBLISHED)
    rows = [
        {"관리번호": f"LIB-{n:03d}", "도서관명": f"{DONG[n]}도서관", "위치": {"경도": f"{x:.6f}", "위도": f"{y:.6f}"}}
        for n, (x, y) in enumerate(zip(lon, lat, strict=True))
    ]
    rows += [dict(rows[0]), {"관리번호": "LIB-090", "도서관명": "이동도서관", "위치": {"경도": None, "위도": None}}]
    return wire.json_bytes({"응답": {"목록": rows}})


def markets(table: pd.DataFrame) -> bytes:
    """The list of markets and of halls for the elderly as CSV in metres; one market lies beyond the city."""
    points = np.vstack([places(table, 4, 6), places(table, 5, 30), [[WEST - 9_000, SOUTH]]])
    kinds = ["전통시장"] * 6 + ["경로당"] * 30 + ["전통시장"]
    names = [f"{DONG[n % 12]} {kind}" for n, kind in enumerate(kinds)]
    frame = pd.DataFrame({"번호": range(1, len(points) + 1), "시설명": names, "구분": kinds})
    return wire.csv_bytes(frame.assign(X좌표=points[:, 0], Y좌표=points[:, 1]), encoding="cp949")


def main() -> None:
    """Invent the city and record what each of its sources would have answered."""
    table, recording = areas(), wire.Recording()
    outlines = table[["code", "name"]].set_axis(["TOT_OA_CD", "ADM_NM"], axis=1)
    layer = {
        "service": f"{STATISTICS}/arcgis/rest/services",
        "credit": "Hanul Statistics Office (invented), CC BY 4.0",
        "town": "Hanul",
    }
    wire.add_layer(recording, DATE, "OA_2025", outlines, table["shape"].tolist(), **layer, epsg=5179)
    lon, lat = transform_xy(table.x.to_numpy(), table.y.to_numpy(), CRS, PUBLISHED)
    points = [shapely.Point(xy) for xy in np.round(np.column_stack([lon, lat]), 6)]
    wire.add_layer(recording, DATE, "OA_CENTRE_2025", outlines[["TOT_OA_CD"]], points, **layer, epsg=4326)
    towns = pd.DataFrame(
        {
            "집계구코드": table.code,
            "집계구명": table.name,
            "동코드": table.dong_code,
            "동이름": table.dong_name,
            "구코드": table.gu,
            "구이름": table.gu_name,
            "유형코드": np.where(table.old_town, "1", "2"),
            "유형": np.where(table.old_town, "구도심", "신시가지"),
            "인구": table.residents,
        }
    )
    for name, frame in (("oa_2025", towns), ("households_2025", households(table))):
        body = wire.csv_bytes(frame, encoding="cp949")
        recording.add(DATE, f"{STATISTICS}/files/{name}.csv", body, DATA["csv"], "csv")
    recording.add(DATE, f"{LIBRARIES}/api/libraries.json", libraries(table), DATA["json"], "json")
    recording.add(DATE, f"{STATISTICS}/files/markets.csv", markets(table), DATA["csv"], "csv")
    recording.write(HERE)


if __name__ == "__main__":
    main()
