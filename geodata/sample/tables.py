"""The invented statistics, one row per area: census tables, IoD scores and ranks, IoD underlying indicators."""

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from geodata.sample.town import generator

LSOA21 = "LSOA code (2021)"
AGES = [
    "Aged 4 years and under",
    *[f"Aged {low} to {low + 4} years" for low in range(5, 85, 5)],
    "Aged 85 years and over",
]
TENURES = [
    "Owned: Owns outright",
    "Owned: Owns with a mortgage or loan",
    "Shared ownership: Shared ownership",
    "Social rented: Rents from council or Local Authority",
    "Social rented: Other social rented",
    "Private rented: Private landlord or letting agency",
    "Private rented: Other private rented",
    "Lives rent free",
]
FAMILY = "Single family household"
DOMAIN_WEIGHTS = {
    "Income": 0.225,
    "Employment": 0.225,
    "Education, Skills and Training": 0.135,
    "Health Deprivation and Disability": 0.135,
    "Crime": 0.093,
    "Barriers to Housing and Services": 0.093,
    "Living Environment": 0.093,
}
SUB_DOMAINS = {
    "Education, Skills and Training": {"Children and Young People": 0.5, "Adult Skills": 0.5},
    "Barriers to Housing and Services": {"Geographical Barriers": 0.5, "Wider Barriers": 0.5},
    "Living Environment": {"Indoors": 0.7, "Outdoors": 0.3},
}


def tied(rng: np.random.Generator, surface: np.ndarray, strength: float) -> np.ndarray:
    """A standard normal per area that correlates with the hardship surface by about `strength`."""
    return strength * surface + np.sqrt(1 - strength**2) * rng.standard_normal(len(surface))


def parts(rng: np.random.Generator, totals: np.ndarray, lean: np.ndarray, shares: list, slopes: list) -> np.ndarray:
    """Split each area's total into categories: usual `shares`, each tilted by exp(slope x lean). Counts sum to it."""
    weights = np.array(shares) * np.exp(np.outer(lean, slopes))
    return np.array([rng.multinomial(n, w / w.sum()) for n, w in zip(totals, weights)])


def table(topic: str, total: str, columns: list[str], counts: np.ndarray, totals: np.ndarray) -> pd.DataFrame:
    """One census table with its publisher's headings: `topic: total`, then `topic: column` for each category."""
    frame = pd.DataFrame(counts, columns=[f"{topic}: {c}" for c in columns])
    frame.insert(0, f"{topic}: {total}", totals)
    return frame


def household_types(rng: np.random.Generator, households: np.ndarray, lean: np.ndarray) -> pd.DataFrame:
    """TS003 in full: households by composition, with the sub-totals that the real table carries."""
    kinds = [
        "One person household: Aged 66 years and over",
        "One person household: Other",
        f"{FAMILY}: All aged 66 years and over",
        f"{FAMILY}: Married or civil partnership couple: No children",
        f"{FAMILY}: Married or civil partnership couple: Dependent children",
        f"{FAMILY}: Married or civil partnership couple: All children non-dependent",
        f"{FAMILY}: Cohabiting couple family: No children",
        f"{FAMILY}: Cohabiting couple family: With dependent children",
        f"{FAMILY}: Cohabiting couple family: All children non-dependent",
        f"{FAMILY}: Lone parent family: With dependent children",
        f"{FAMILY}: Lone parent family: All children non-dependent",
        f"{FAMILY}: Other single family household: Other family composition",
        "Other household types: With dependent children",
        "Other household types: Other, including all full-time students and all aged 66 years and over",
    ]
    shares = [0.13, 0.17, 0.09, 0.1, 0.14, 0.06, 0.07, 0.05, 0.01, 0.07, 0.04, 0.01, 0.03, 0.03]
    slopes = [0, 0.25, -0.3, -0.2, -0.15, -0.1, 0, 0.15, 0.1, 0.45, 0.25, 0, 0.2, 0.15]
    counts = pd.DataFrame(parts(rng, households, lean, shares, slopes), columns=kinds)
    headings = []
    frame = pd.DataFrame({"Household composition: Total": households})
    for kind in kinds:
        for depth in range(1, kind.count(": ") + 1):
            heading = ": ".join(kind.split(": ")[:depth])
            if heading not in headings:
                headings.append(heading)
                below = [k for k in kinds if k.startswith(f"{heading}:")]
                frame[f"Household composition: {heading}"] = counts[below].sum(axis=1)
        frame[f"Household composition: {kind}"] = counts[kind]
    return frame


def census(areas: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Every census table by its number (`ts037`), headed as published; all agree on residents and households."""
    rng, lean = generator(2), areas.hardship.to_numpy()
    residents = areas.residents.to_numpy()
    km = areas.distance.to_numpy() / 1000
    middle = np.array([2, 7, 12, 17, 22, 27, 32, 37, 42, 47, 52, 57, 62, 67, 72, 77, 82, 88])
    usual = [5.5, 5.9, 6, 5.7, 6, 6.6, 7, 6.7, 6.3, 6.4, 6.9, 6.7, 5.8, 4.9, 5, 3.6, 2.5, 2.5]
    # Young adults live in the middle of town, older people at its edge.
    youth = np.outer(np.exp(-km / 2), np.exp(-(((middle - 26) / 9) ** 2))) * 1.2 + np.outer(km - 3, (middle - 45) / 300)
    weights = np.array(usual) * np.exp(youth + np.outer(lean, -(middle - 40) / 400))
    ages = np.array([rng.multinomial(n, w / w.sum()) for n, w in zip(residents, weights)])
    old = ages[:, 13:].sum(axis=1) / residents
    over_16 = ages[:, 4:].sum(axis=1) + np.round(0.8 * ages[:, 3]).astype(int)
    households = np.round(residents / rng.normal(2.4, 0.12, len(residents))).astype(int)

    ill = tied(rng, lean, 0.9) + 4 * (old - old.mean())
    health = parts(rng, residents, ill, [0.48, 0.34, 0.125, 0.04, 0.013], [-0.12, -0.02, 0.2, 0.4, 0.45])
    disabled = rng.binomial(residents, 1 / (1 + np.exp(1.56 - 0.28 * tied(rng, ill, 0.95))))
    idle = rng.binomial(over_16, np.clip(0.4 + 0.05 * tied(rng, lean, 0.8) + 0.5 * (old - old.mean()), 0.15, 0.75))
    history = parts(rng, idle, lean, [0.2, 0.63, 0.17], [-0.05, -0.05, 0.3])
    tenure_shares = [0.33, 0.3, 0.012, 0.08, 0.08, 0.16, 0.015, 0.003]
    tenure = parts(rng, households, tied(rng, lean, 0.9), tenure_shares, [-0.35, -0.3, 0.1, 0.6, 0.55, 0.2, 0.1, 0])
    rooms = parts(
        rng, households, tied(rng, lean, 0.85), [0.35, 0.33, 0.28, 0.033, 0.006], [-0.3, -0.05, 0.2, 0.5, 0.6]
    )
    few_cars = tied(rng, lean, 0.8) - 0.35 * (km - 3)
    cars = parts(rng, households, few_cars, [0.22, 0.42, 0.27, 0.09], [0.45, 0.05, -0.35, -0.5])

    out_of_work = "Total: All usual residents aged 16 years and over not in employment the week before the census"
    worked = ["Worked in the last 12 months", "Not worked in the last 12 months", "Never worked"]
    ratings = [f"Occupancy rating of bedrooms: {r}" for r in ("+2 or more", "+1", "0", "-1", "-2 or less")]
    number = ["No cars or vans", "1 car or van", "2 cars or vans", "3 or more cars or vans"]
    healths = [f"{h} health" for h in ("Very good", "Good", "Fair", "Bad", "Very bad")]
    act = [f"{d} under the Equality Act" for d in ("Disabled", "Not disabled")]
    people, homes = "Total: All usual residents", "Total: All households"
    either = np.column_stack([disabled, residents - disabled])
    return {
        "ts003": household_types(rng, households, tied(rng, lean, 0.8)),
        "ts007a": table("Age", "Total", AGES, ages, residents),
        "ts037": table("General health", people, healths, health, residents),
        "ts038": table("Disability", people, act, either, residents),
        "ts045": table("Number of cars or vans", homes, [f"{n} in household" for n in number], cars, households),
        "ts052": table("Occupancy rating for bedrooms", homes, ratings, rooms, households),
        "ts054": table("Tenure of household", homes, TENURES, tenure, households),
        "ts065": table("Unemployment history", out_of_work, [f"Not in employment: {w}" for w in worked], history, idle),
    }


def ranks(scores: np.ndarray) -> np.ndarray:
    """Rank 1 for the highest, hence most deprived, score; ties share the smallest rank."""
    return rankdata(-scores, method="min").astype(int)


def exponential(scores: np.ndarray) -> np.ndarray:
    """The publisher's transformation of ranks to 0-100 before weighting, so that strength in one hides no other."""
    share = (len(scores) - ranks(scores) + 1) / len(scores)
    return -23 * np.log(1 - share * (1 - np.exp(-100 / 23)))


def indices(areas: pd.DataFrame) -> dict[str, np.ndarray]:
    """Unrounded IoD scores by domain and sub-domain; those of domains with sub-domains, and the IMD, are combined."""
    rng, lean, km = generator(3), areas.hardship.to_numpy(), areas.distance.to_numpy() / 1000
    remote = 0.9 * (km - km.mean()) / km.std() + 0.44 * rng.standard_normal(len(km))
    scores = {
        "Income": np.clip(0.2 * np.exp(0.5 * tied(rng, lean, 0.95)), 0.012, 0.8),
        "Employment": np.clip(0.12 * np.exp(0.45 * tied(rng, lean, 0.93)), 0.008, 0.6),
        "Health Deprivation and Disability": 0.9 * tied(rng, lean, 0.88),
        "Crime": 0.9 * tied(rng, lean, 0.7) - 0.15 * (km - 3),
        "Children and Young People": tied(rng, lean, 0.85),
        "Adult Skills": np.clip(0.24 * np.exp(0.35 * tied(rng, lean, 0.88)), 0.03, 0.74),
        "Geographical Barriers": 100 / (1 + np.exp(0.6 - 0.7 * remote)),
        "Wider Barriers": 3.2 * tied(rng, lean, 0.75),
        "Indoors": 0.7 * tied(rng, lean, 0.4),
        "Outdoors": 0.8 * tied(rng, lean, 0.35) - 0.3 * (km - 3),
    }
    for domain, subs in SUB_DOMAINS.items():
        scores[domain] = sum(weight * exponential(scores[sub]) for sub, weight in subs.items())
    imd = sum(weight * exponential(scores[domain]) for domain, weight in DOMAIN_WEIGHTS.items())
    return {"Index of Multiple Deprivation (IMD)": imd} | scores


def file_7(areas: pd.DataFrame, scores: dict[str, np.ndarray]) -> pd.DataFrame:
    """IoD File 7: scores to 3 decimals with ranks and deciles of the unrounded scores; residents a year after the census."""
    frame = pd.DataFrame(
        {
            LSOA21: areas.code,
            "LSOA name (2021)": areas.name,
            "Local Authority District code (2024)": areas.lad_code,
            "Local Authority District name (2024)": areas.lad_name,
        }
    )
    subs = [sub for group in SUB_DOMAINS.values() for sub in group]
    for name in ["Index of Multiple Deprivation (IMD)", *DOMAIN_WEIGHTS, *subs]:
        label = f"{name} Sub-domain" if name in subs else name
        rank = ranks(scores[name])
        unit = " (rate)" if name in ("Income", "Employment") else ""
        frame[f"{label} Score{unit}"] = np.round(scores[name], 3)
        frame[f"{label} Rank (where 1 is most deprived)"] = rank
        frame[f"{label} Decile (where 1 is most deprived 10% of LSOAs)"] = (rank * 10 + len(rank) - 1) // len(rank)
    grown = generator(45).normal(1.01, 0.04, len(areas))
    frame["Total population: mid 2022"] = np.round(areas.residents * grown).astype(int)
    return frame


def file_8(areas: pd.DataFrame, scores: dict[str, np.ndarray], ages: pd.DataFrame) -> pd.DataFrame:
    """IoD File 8 in its one-table CSV form: counts rounded to 5, rates and scores; suppressed values are missing."""
    rng, lean, km = generator(4), areas.hardship.to_numpy(), areas.distance.to_numpy() / 1000
    people = areas.residents.to_numpy()
    children, older = ages.iloc[:, 1:4].sum(axis=1).to_numpy(), ages.iloc[:, 13:].sum(axis=1).to_numpy()
    workers = ages.iloc[:, 5:14].sum(axis=1).to_numpy()
    income, health, crime = scores["Income"], scores["Health Deprivation and Disability"], scores["Crime"]
    wider = scores["Wider Barriers"] / 3.2

    def fives(counts: np.ndarray) -> np.ndarray:
        """Counts of people rounded to the nearest 5, those under 10 suppressed."""
        rounded = 5 * np.round(counts / 5)
        return np.where(rounded < 10, np.nan, rounded)

    def rate(middle: float, spread: float, follows: np.ndarray, strength: float) -> np.ndarray:
        """A positive rate around `middle` that rises with the score it follows."""
        standard = (follows - follows.mean()) / follows.std()
        return middle * np.exp(spread * tied(rng, standard, strength))

    at_risk, crowded = "per_1_000_at_risk_population", rate(0.05, 0.6, lean, 0.7)
    crimes = {
        f"violence_with_injury_rate_{at_risk}": 5.6,
        f"violence_without_injury_rate_{at_risk}": 7.8,
        f"stalking_and_harassment_rate_{at_risk}": 6.5,
        "burglary_rate_per_1_000_at_risk_properties": 9.1,
        f"theft_rate_{at_risk}": 10.3,
        f"criminal_damage_rate_{at_risk}": 5.5,
        f"public_order_and_possession_of_weapons_rate_{at_risk}": 5.1,
        f"anti_social_behaviour_rate_{at_risk}": 9.4,
    }
    buy, rent = np.clip(rate(0.55, 0.25, lean, 0.5), 0.03, 0.98), np.clip(rate(0.27, 0.4, lean, 0.6), 0.04, 0.97)
    columns = {
        "income_domain_numerator": fives(income * people),
        "income_deprivation_affecting_children_index_idaci_numerator": fives(np.minimum(1.2 * income, 0.95) * children),
        "income_deprivation_affecting_older_people_index_idaopi_numerator": fives(
            np.minimum(0.8 * income, 0.95) * older
        ),
        "employment_domain_numerator": fives(scores["Employment"] * workers),
        "adult_skills_and_english_language_proficiency_indicator": scores["Adult Skills"],
        "entry_to_higher_education_indicator": np.clip(0.86 + 0.05 * scores["Children and Young People"], 0.3, 0.998),
        "acute_morbidity_indicator": rate(102, 0.22, health, 0.9),
        "comparative_illness_and_disability_ratio_indicator": rate(104, 0.4, health, 0.93),
        "mental_health_indicator": 0.75 * tied(rng, health / health.std(), 0.85),
        "years_of_potential_life_lost_indicator": rate(57, 0.24, health, 0.85),
        **{name: np.round(rate(middle, 0.55, crime, 0.85), 1) for name, middle in crimes.items()},
        "connectivity_score": 100 - scores["Geographical Barriers"],
        "owner_occupation_affordability_component_of_housing_affordability_indicator": buy,
        "private_rental_affordability_component_of_housing_affordability_indicator": rent,
        "housing_affordability_indicator": 0.6 * (np.log(buy / 0.55) / 0.25 + np.log(rent / 0.27) / 0.4),
        "digital_connectivity_broadband_download_and_upload_speeds": 0.5 * (km - 3) / km.std()
        + 0.6 * tied(rng, lean, 0.2),
        "core_homelessness_rate_percent_of_households": rate(1, 0.5, wider, 0.85),
        "patient_to_gp_ratio": rate(1980, 0.25, lean, 0.3),
        "homelessness_indicator_rate_per_1_000_households": rate(3, 0.4, wider, 0.85),
        "household_overcrowding_indicator_rooms": crowded,
        "household_overcrowding_indicator_bedrooms": crowded * rng.uniform(0.5, 0.8, len(lean)),
    }
    frame = pd.DataFrame(columns).round(3)
    for column in ("income_domain_numerator", "employment_domain_numerator", "entry_to_higher_education_indicator"):
        frame.loc[rng.choice(len(frame), 2, replace=False), column] = np.nan
    numerators = [c for c in frame if c.endswith("_numerator")]
    frame[numerators] = frame[numerators].astype("Int64")
    frame.insert(0, LSOA21, areas.code)
    return frame
