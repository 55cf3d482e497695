"""The postcode out of an address, and what came of a nomination where the register gives no decision."""

import pandas as pd

POSTCODE = r"(?i)\b([A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2})\b(?!.*\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b)"


def tidy(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `@postcode`, the last that stands in the address, and `@outcome`: the decision, or, where none is
    given, `listed` of what has a date of expiry and `no decision given` of all else."""
    decision, expires, address = (
        rows[name].astype("str").fillna("").str.strip() if name in rows else pd.Series("", index=rows.index)
        for name in ("decision", "expiry-date", "address-text")
    )
    told = decision.where(decision != "", expires.map(lambda day: "listed" if day else "no decision given"))
    return rows.assign(**{"@postcode": address.str.extract(POSTCODE)[0], "@outcome": told})
