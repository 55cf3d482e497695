"""The bodies on a register now (societies, charities, those an award went to), as its source record says its rows are read."""

import pandas as pd

from pipelines.areas.postcodes import compact
from pipelines.places.records import meaning
from pipelines.register.body_rule import UNCLEAR, Bodies
from pipelines.tables.extent import has_ended

OWNED, RUN, LEAD = "owned", "run", "lead"  # what a body tells of a place that it holds


def read_bodies(rule: Bodies, rows: pd.DataFrame) -> pd.DataFrame:
    """A row a body that may be a community's: `body_id`, `names` (a list), `words` (what is told of it), `postcode`, `door`,
    `authority_code` (each null where not known), and `tells`: owned, run, or lead where whose it is, is unclear."""
    rows = rows[~has_ended(rule, rows)]
    tells = pd.Series(rule.tells, index=rows.index, dtype="str")
    if rule.whose:
        whose = meaning(rows, rule.whose)
        rows, tells = rows[whose.notna()], tells.mask(whose == UNCLEAR, LEAD)[whose.notna()]
    none = pd.Series(None, index=rows.index, dtype="str")
    texts = rows.astype("str").fillna("").to_dict("records")
    words = pd.Series([rule.says.format_map(row) for row in texts], index=rows.index, dtype="str")
    doors = pd.Series([" ".join(filter(None, (row[c] for c in rule.doors))) for row in texts], index=rows.index)
    if rule.not_bodies:
        tells = tells.mask(words.str.contains(rule.not_bodies, case=False), LEAD)
    bodies = pd.DataFrame(
        {
            "body_id": rows[rule.id].astype("str") if rule.id else (rows.index + 1).astype("str"),
            "words": words,
            "postcode": compact(rows[rule.postcode]) if rule.postcode else none,
            "door": doors.astype("str").replace("", None),
            "authority_code": rows[rule.authority].astype("str") if rule.authority else none,
            "tells": tells,
        }
    )
    bodies["names"] = [[row[c] for c in rule.named if row[c]] for row in texts]
    return bodies.reset_index(drop=True)
