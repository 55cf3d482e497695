"""Practices told from the others who prescribe, by name: the file says nothing else of what stands at a postcode."""

import re

import pandas as pd

PRACTICE = re.compile(
    r"\b(SURGERY|SURGERIES|SURG|PRACTICES?|PRACT|MEDICAL|MEDICENTRE|MEDICS|MED|DRS?|DOCTORS?|PARTNERS|PARTNERSHIP|HEALTHCARE|"
    r"HEALTH ?(CENTRE|CENTER|CTR|CENT|GROUP|PARTNERSHIP|VILLAGE|AND WELLBEING)|PRIMARY CARE CENTRE|H/?C|M ?/?C|A?PMS|GMS|"
    r"FAMILY HEALTH)\b"
)
OTHER = re.compile(
    r"\b(OOHS?|OUT OF HOURS?|HOSPITALS?|CLINICS?|PHARMACY|CHEMIST|CCG|ICB|PCNS?|NETWORK|HUBS?|EXTENDED|ENHANCED|IMPROVED|"
    r"ACCESS|SERVICES?|SERV|PRESCRIBING|TEAMS?|NURSES?|NURSING|HMP|YOI|PRISON|CUSTODY|IRC|DERMATOLOGY|ANTICOAG\w*|HOSPICE|"
    r"PALLIATIVE|CMHT|URGENT|WALK IN|WIC|MINOR INJUR\w+|SCREENING|(?<!MEDICAL )UNIT|WARDS?$|CATS|AQP|TRUST|ADDICTIONS?|"
    r"ALCOHOL|SUBSTANCE|CAMHS|MENTAL|DIABETES|OPTICIANS?|OPTICAL|OUTPATIENTS?|SCHEME|SPECIALIST|VASECTOMY|PHYSIO\w*|"
    r"PODIATRY|ULTRASOUND|CARDIOLOGY|OPHTHALMOLOGY|UROLOGY|GYNAECOLOGY|COVID\w*|FEDERATION|ALLIANCE|GPWSI|GPSI|MSK|ENT|"
    r"ADHD|HOMELESS|ASYLUM|SEXUAL|RECOVERY|VIRTUAL|INTEGRATED)\b"
)


def tidy(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `@what`, practice or other service; the name of a practice's row is those of its practices."""
    names = [[one.strip() for one in str(name).split("|")] for name in rows["Name"]]
    practices = [[name for name in at if is_practice(name)] for at in names]
    kept = [" | ".join(found or at) for found, at in zip(practices, names, strict=True)]
    return rows.assign(Name=kept, **{"@what": ["practice" if found else "other service" for found in practices]})


def is_practice(name: str) -> bool:
    """True where a name is that of a practice and of nothing else."""
    plain = name.upper().replace("&", " AND ").replace("'", "")
    plain = " ".join(re.sub(r"[^A-Z0-9/]+", " ", plain).split())
    return bool(PRACTICE.search(plain)) and not OTHER.search(plain)
