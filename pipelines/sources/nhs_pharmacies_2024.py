"""Pharmacies told from contractors who deliver appliances, by the names of the firms that do nothing else."""

import re

import pandas as pd

APPLIANCES = re.compile(
    r"\b(AMCARE|SECURICARE|FITTLEWORTH|B BRAUN|STOMACARE|OSTOMED|COLOPLAST|CHARTER HEALTHCARE|HOLLISTER|SALTS|"
    r"ATOS CARE|RESPOND HEALTHCARE|PATIENT CHOICE|WARD MOBILITY|BULLEN HEALTHCARE|CLINIMED|COUNTRYWIDE SUPPLIES|"
    r"GREAT BEAR HEALTHCARE|JADE[ -]EUROMED|NORTH WEST OSTOMY|APPLIANCES?|OSTOMY|DANSAC)\b"
)


def tidy(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `@what`: appliances where every name at the postcode is such a firm's, else pharmacy."""
    alone = [all(APPLIANCES.search(one.upper()) for one in str(name).split("|")) for name in rows["Name"]]
    return rows.assign(**{"@what": ["appliances" if each else "pharmacy" for each in alone]})
