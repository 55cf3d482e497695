"""The real data of the bench, by the project's own road: every area of England and Wales, and postcodes as points.

python mirror.py FOLDER ADDRESS     prints where it is
"""

import sys
from pathlib import Path

import geopandas
import pandas as pd

from geodata.crs import transform_xy
from pipelines.core.settings import Settings
from pipelines.core.step import run
from pipelines.register.workspace import open_workspace
from pipelines.tables.snapshot import take
from pipelines.tables.table import table_step


def fetch(folder: Path, address: str) -> Path:
    """Write `detailed` (areas with their outlines) and `points` below `folder`, from the publishers' files at `address`."""
    made = folder / "mirror"
    if (made / "points.parquet").exists():
        return made
    workspace = open_workspace(Settings(data=folder / "mirror-fetched", areas=("England",), mirror=address))
    geography = workspace.geography
    tables = {}
    for stem in (geography.boundaries.source, geography.postcodes.source):
        source = workspace.register.sources[stem]
        take(workspace, source)
        tables[stem] = run(table_step(workspace, source), workspace.data)
    made.mkdir(parents=True, exist_ok=True)
    outlines = geopandas.read_parquet(tables[geography.boundaries.source].path).to_crs(geography.crs)
    outlines = outlines.rename(columns={geography.boundaries.by: "area_code"}).sort_values("area_code")
    outlines.reset_index(drop=True).to_parquet(made / "detailed.parquet")
    rule = geography.postcodes
    rows = pd.read_parquet(tables[rule.source].path).dropna(subset=[rule.x, rule.y])
    x, y = transform_xy(rows[rule.x].to_numpy(), rows[rule.y].to_numpy(), rule.crs, geography.crs)
    pd.DataFrame({"x": x, "y": y}).to_parquet(made / "points.parquet")
    return made


if __name__ == "__main__":
    print(fetch(Path(sys.argv[1]), sys.argv[2].rstrip("/")))
