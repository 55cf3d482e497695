"""The postcode out of a society's address, of which nothing else is kept."""

import pandas as pd

POSTCODE = r"(?i)\b([A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2})\b(?!.*\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b)"


def tidy(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `@postcode`: the last postcode that stands in the address."""
    address = rows["Society Address"].astype("str").str.replace(r"\s+", " ", regex=True)
    return rows.assign(**{"@postcode": address.str.extract(POSTCODE)[0]})
