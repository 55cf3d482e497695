"""The postcode out of a society's address, of which nothing else is kept; and dates in the order that others have them."""

import pandas as pd

POSTCODE = r"(?i)\b([A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2})\b(?!.*\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b)"


def tidy(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `@postcode`, the last postcode that stands in the address; a date that cannot be read stays as it is."""
    address = rows["Society Address"].astype("str").str.replace(r"\s+", " ", regex=True)
    told = rows["Deregistration Date"].astype("str")
    iso = pd.to_datetime(told, format="%d/%m/%Y", errors="coerce").dt.strftime("%Y-%m-%d")
    return rows.assign(**{"@postcode": address.str.extract(POSTCODE)[0], "Deregistration Date": iso.fillna(told)})
