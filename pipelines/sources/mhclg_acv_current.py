"""The postcode out of an address, what came of a nomination where the register gives no decision, and that a group asked to buy."""

import pandas as pd

POSTCODE = r"(?i)\b([A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2})\b(?!.*\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b)"


def tidy(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `@postcode`, the last that stands in the address, and `@outcome`: the decision, or, where none is
    given, `listed` of what has a date of expiry and `no decision given` of all else; `@asked` is yes where a community
    group is named that asked to be treated as a bidder."""
    decision, expires, address, group = (
        rows[name].astype("str").fillna("").str.strip() if name in rows else pd.Series("", index=rows.index)
        for name in ("decision", "expiry-date", "address-text", "interested-group")
    )
    told = decision.where(decision != "", expires.map(lambda day: "listed" if day else "no decision given"))
    asked = pd.Series("yes", index=rows.index).where(group != "", "")
    return rows.assign(**{"@postcode": address.str.extract(POSTCODE)[0], "@outcome": told, "@asked": asked})
