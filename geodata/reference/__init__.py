"""Small committed tables of geography, each a CSV beside a YAML that says where it comes from."""

from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent


def read_grouping(stem: str) -> pd.DataFrame:
    """A grouping of authorities: authority_code, and the code and name of the group each belongs to."""
    return pd.read_csv(HERE / f"{stem}.csv", dtype=str)


def names_file(geography: str) -> Path:
    """Where the names of a geography's larger areas stand."""
    return HERE / f"names_{geography}.csv"


def read_names(geography: str) -> pd.DataFrame | None:
    """The areas that may be asked for by name: level, code, name; None for a geography without a table of them."""
    path = names_file(geography)
    return pd.read_csv(path, dtype=str, keep_default_na=False) if path.exists() else None
