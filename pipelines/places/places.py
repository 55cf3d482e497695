"""Records to places: until records are conflated, each kind has one primary source and only its records count."""

import pandas as pd

from pipelines.once import Made, made, once
from pipelines.workspace import Workspace


def make_places(workspace: Workspace) -> Made:
    """One row per place that lies in an area, with the source of its name and of its point."""
    folder = workspace.data / "places"
    records = made(folder, "place_record")
    primary = {kind: entry.primary_source for kind, entry in workspace.register.taxonomy.kinds.items()}

    def make():
        rows = pd.read_parquet(records.path)
        places = rows[rows["source"] == rows["kind"].map(primary)].copy()
        places["name_source"] = places["source"]
        places["point_source"] = places["source"]
        places["n_records"] = 1
        return {"place": places.drop(columns=["source", "source_id"]).reset_index(drop=True)}, {}

    return once(folder, "place", primary, {"place_record": records.data_version}, make)
