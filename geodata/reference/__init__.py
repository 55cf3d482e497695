"""Small committed tables of geography, each a CSV beside a YAML that says where it comes from."""

from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent


def read_grouping(stem: str) -> pd.DataFrame:
    """A grouping of authorities: authority_code, and the code and name of the group each belongs to."""
    return pd.read_csv(HERE / f"{stem}.csv", dtype=str)
