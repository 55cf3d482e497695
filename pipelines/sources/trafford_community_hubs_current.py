"""The building a hub is in, which the address begins with: the list names hubs by their town alone."""

import pandas as pd


def tidy(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `@building`, what stands before the first comma of the address."""
    return rows.assign(**{"@building": rows["address"].astype("str").str.partition(",")[0]})
