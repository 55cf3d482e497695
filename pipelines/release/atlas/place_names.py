"""Places by name, for the search: all that the release tells one by one, in a few files."""

from collections.abc import Iterator

import duckdb
import numpy as np

from pipelines.release.atlas.script import numbers
from pipelines.release.atlas.tables import columns

_SQL = """
    select place_id, name, kind, round(longitude, 5) as lon, round(latitude, 5) as lat, row
    from place left join area_row using (area_code) order by place_id"""


def place_name_files(connection: duckdb.DuckDBPyConnection, most: int, each: int) -> Iterator[tuple[str, dict]]:
    """Key and value of the files, at most `most`, of about `each` places or more."""
    found = columns(connection, _SQL)
    n = len(found["place_id"])
    for k, part in enumerate(np.array_split(np.arange(n), max(1, min(most, -(-n // each)))) if n else []):
        kinds = found["kind"][part].used()
        yield (
            f"place_names/{k}",
            {
                "place_id": found["place_id"][part].tolist(),
                "name": found["name"][part].tolist(),
                "kind": numbers(kinds.positions()),
                "kinds": kinds.words,
                **{column: numbers(found[column][part]) for column in ("lon", "lat", "row")},
            },
        )
