"""The name at the head of an address, and what came of a nomination, which the list tells in a note."""

import pandas as pd

DECIDED = r"decision (\d{4}-\d{2}-\d{2})"


def tidy(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `@name`, what stands before the first comma of the asset, and by the note `@outcome` and `@decided`,
    the day of a refusal; `@authority` is the council's name again, to be read as a code."""
    note = rows["status_note"].astype("str").fillna("")
    entered = rows["date_registered"].astype("str").fillna("").str.strip() != ""
    told = pd.Series("no decision given", index=rows.index).mask(entered, "listed")
    told = told.mask(note.str.contains("unsuccessful", case=False), "unsuccessful")
    name = rows["asset"].astype("str").str.partition(",")[0].str.strip()
    columns = {"@name": name, "@outcome": told, "@decided": note.str.extract(DECIDED)[0]}
    return rows.assign(**columns, **{"@authority": rows["local_authority"]})
