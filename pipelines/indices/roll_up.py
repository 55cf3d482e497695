"""The step that tells how larger areas (MSOAs, wards, authorities, regions) stand as a whole by one index."""

import pandas as pd

from pipelines.core.lookup import among
from pipelines.core.schema import schema
from pipelines.core.step import Given, Step, Tables
from pipelines.indices.inputs import standing
from pipelines.register.workspace import Workspace
from pipelines.scoring.definition import Index
from pipelines.scoring.scopes import SCOPE_COVERAGE
from pipelines.scoring.summaries import MEASURES, summarise

LEVELS = ("msoa", "ward", "authority", "region")  # of which the table of areas has a look-up
SMALLER = {"nation": LEVELS, "region": LEVELS[:3], "authority": LEVELS[:2]}  # what can be summed up by ranks in a scope
ROLL_UP = schema(
    "level str, code str, name str?, authority_code str?, authority_name str?, index_name str, ranked_in str, ranked_in_code str,"
    "n_areas int64, n_areas_scored int64, residents int64, residents_as str,"
    + "".join(f"{name} float64?," for name in MEASURES)
    + "n_of_level int64,"
    + ",".join(f"rank_by_{name} Int64" for name in MEASURES),
    key="level code",
)


def roll_up_step(workspace: Workspace, index: Index) -> Step[Tables]:
    """The step that sums an index up by the levels above small areas."""
    geography = workspace.geography
    return Step(
        f"roll_up/{index.stem}",
        "indices",
        f"{index.title}: how MSOAs, wards, authorities and regions stand as a whole, by the measures of the official indices.",
        (f"index/{index.stem}", "geography/areas", "geography/scope"),
        {"index": index, "residents_as": (geography.mid_year_as, geography.residents_as)},
        make_roll_up,
        {f"{index.stem}.roll_up": ROLL_UP},
    )


def make_roll_up(given: Given) -> Tables:
    """A row per larger area at least 99 % of whose small areas are scored and ranked in one scope wider than it, of those
    that hold an area asked; each ranked among all of its level in that scope.

    Residents are of the mid-year estimate that official summaries are weighted by, where one is held, else of the census.
    """
    index: Index = given.definition["index"]
    areas = given.frame("geography/areas").set_index("area_code")
    stand = standing(index, given.frame(f"index/{index.stem}"), areas)
    is_mid_year = areas["population_mid_year"].notna().all()
    residents = areas["population_mid_year" if is_mid_year else "population"].astype("int64")
    ranked = pd.DataFrame(
        {
            "ranked_in": stand.scope,
            "scope": stand.code,
            "rank": stand.rank,
            "size": stand.size,
            "score": stand.score,
            "population": residents.reindex(stand.areas).astype(float),
        }
    )
    asked = areas.loc[given.frame("geography/scope")["area_code"]]
    found = []
    for ranked_in, levels in SMALLER.items():
        for level in levels:
            codes = areas[f"{level}_code"]
            rows = _covered(ranked[ranked["ranked_in"] == ranked_in].assign(code=codes), codes)
            if len(rows):
                table = _of_level(level, summarise(rows), areas.assign(residents=residents))
                told = among(table["code"], asked[f"{level}_code"])
                found.append(table[told].assign(ranked_in=ranked_in))
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(ROLL_UP.types))
    table = table.assign(index_name=index.stem, residents_as=given.definition["residents_as"][0 if is_mid_year else 1])
    return {f"{index.stem}.roll_up": table[list(ROLL_UP.types)]}, {
        "residents_as": "mid-year" if is_mid_year else "census"
    }


def _covered(rows: pd.DataFrame, codes: pd.Series) -> pd.DataFrame:
    """The rows of larger areas of which nearly all small areas are ranked in the one scope."""
    scored = rows.groupby(["scope", "code"])["rank"].transform("count")
    return rows[scored >= SCOPE_COVERAGE * rows["code"].map(codes.value_counts())]


def _of_level(level: str, measures: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """The measures with what the larger areas are: names, the authority where all of it lies in one, areas and residents."""
    of = areas.groupby(f"{level}_code")
    within = level != "region"
    one = of["authority_code"].nunique() == 1
    told = pd.DataFrame(
        {
            "name": of[f"{level}_name"].first(),
            "authority_code": of["authority_code"].first().where(one & within),
            "authority_name": of["authority_name"].first().where(one & within),
            "n_areas": of.size(),
            "residents": of["residents"].sum(),
        }
    )
    measures = measures.rename(columns={"n_areas": "n_areas_scored", "scope": "ranked_in_code"}).drop(
        columns="population"
    )
    n_of_level = measures.groupby("ranked_in_code")["code"].transform("count")
    return measures.assign(level=level, n_of_level=n_of_level).join(told, on="code")
