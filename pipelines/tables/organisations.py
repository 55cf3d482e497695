"""Names that are surely an organisation's. A person's name must not be kept, so whatever may be one is left out, not guessed.

A name is kept where it has a word that only bodies bear and none that a person brings in: a title, a role, "on behalf
of", an address. What is lost that way (a campaign called *Keep the Swan*) is counted by whoever reads the column.
"""

import pandas as pd

LEFT_OUT = "not surely the name of an organisation, and so not kept, for it may be a person's"
OF_A_BODY = (
    r"(?i)\b(?:society|forum|trust|council|councils|association|club|company|limited|ltd|plc|cic|cio|committee|charity|"
    r"co-?operative|community|federation|foundation|institute|institution|partnership|network|league|union|alliance|"
    r"fellowship|church|parish|diocese|friends of|residents'?|tenants'?|campaign|camra|group|fund|federations|consortium|"
    r"neighbourhood|initiative|project|centre|action)\b"
)
BRINGS_A_PERSON = (
    r"(?i)\b(?:mr|mrs|ms|miss|mx|dr|rev|revd|reverend|cllr|councillor|sir|dame|lady|lord|prof|professor|c/o|care of|"
    r"on behalf|chair|chairman|chairwoman|secretary|treasurer|clerk|contact|individual|signatory|resident)\b|[@()\[\]/;:,]|\d{5}"
)


def surely_organisations(names: pd.Series) -> pd.Series:
    """True for each name that is surely an organisation's; null is none."""
    names = names.astype("str")
    is_body = names.str.contains(OF_A_BODY).fillna(False).astype(bool)
    return is_body & ~names.str.contains(BRINGS_A_PERSON).fillna(True).astype(bool)
