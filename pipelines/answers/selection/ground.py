"""What a list is chosen from: small areas, the units made of them and their scores. Of the whole nation where DIR holds what
the release was made of, so that percentiles and ranks are the nation's and versions can be drawn again; else of the
release alone, and why is said."""

from dataclasses import dataclass, replace
from math import isclose

import duckdb
import numpy as np
import pandas as pd

from pipelines.answers.latest import geography_of, release_facts, rows
from pipelines.answers.selection.choice import Choice
from pipelines.areas.names import names_of, resolve
from pipelines.core.plain_text import plain
from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.indices.redrawn import Redrawn
from pipelines.ownership.selection import Frame, Units, Worst, read_choosing
from pipelines.register.workspace import Workspace, open_workspace
from pipelines.release.registers import versions_told
from pipelines.scoring.scopes import SCOPE_COVERAGE
from pipelines.scoring.weight_sets import EXPERT

SAME = 1e-9  # scores no farther apart are equal
SCOPES = ("nation", "region", "authority")  # widest first
WIDER = ("authority", "combined_authority", "region", "nation")


@dataclass(frozen=True)
class Ground:
    """`areas`: every small area, by code; `is_nation`: all of the nation's; `scores`: of each of them, by index or domain;
    `redrawn`: by index, what gives its versions, empty where `why_not` says why."""

    areas: pd.DataFrame
    is_nation: bool
    scores: dict[str, np.ndarray]
    redrawn: dict[str, Redrawn]
    why_not: str | None


def parted(name: str) -> tuple[str, str | None]:
    """An index and its domain, None for the index itself, of a name as it is asked for."""
    index, _, domain = name.partition(".")
    return index, domain or None


def check_names(connection: duckdb.DuckDBPyConnection, names: list[str]) -> None:
    """Raises Problem (usage) for what is no index or domain of the release, or is never chosen by."""
    found = rows(
        connection,
        """
        select index_name as name, 0 as part from index_method
        union select distinct index_name || '.' || domain, 1 from domain_score order by name""",
    )
    known = [row["name"] for row in found]
    for name in names:
        if name not in known:
            raise Problem("--index", f"there is no index or domain {name} in this release", f"give one of {', '.join(known)}", usage=True)  # fmt: skip
        if reason := read_choosing().never_chosen_by.get(name):
            raise Problem("--index", f"no list is chosen by {name}: {reason}", "leave it out", usage=True)


def areas_asked(connection: duckdb.DuckDBPyConnection, names: list[str]) -> pd.DataFrame:
    """The larger areas to choose from (`level`, `code`, `name`), each whole in the release. Raises Problem (usage) where it
    holds none of that name, or not all of it."""
    held = connection.execute("select * from neighbourhood").df()
    known, release = names_of(held), release_facts(connection)
    everything = release["n_areas"] == release["n_areas_nation"]
    found = []
    for name in names:
        code = _resolved(connection, known, name, release["areas_asked"])
        row = known[known["code"] == code].iloc[0]
        of = held[held[f"{row['level']}_code"] == code]
        if not everything and row["level"] != "authority" and not _held_whole(of, row["level"], release["areas_asked"]):
            message = f"the release may hold only a part of {row['name']}: it holds {release['areas_asked']}"
            raise Problem("--area", message, "choose from what it holds, or refresh that area into a folder of its own", usage=True)  # fmt: skip
        found.append(row)
    return pd.DataFrame(found).drop_duplicates().reset_index(drop=True)


def _resolved(connection, known: pd.DataFrame, name: str, asked: str) -> str:
    try:
        return resolve(known, name, geography_of(connection))
    except Problem as problem:
        shown = plain(name)[:60]
        remedy = (
            problem.remedy
            if "did you mean" in problem.remedy
            else "choose from that, or refresh that area into a folder of its own"
        )
        raise Problem("--area", f"{shown!r} is no authority, combined authority, region or nation of this release, which holds {asked}", remedy, usage=True) from problem  # fmt: skip


def _held_whole(of: pd.DataFrame, level: str, asked: str) -> bool:
    """Whether it, or what it lies in, was asked for whole: areas asked are named with commas between."""
    for wider in WIDER[WIDER.index(level) :]:
        named = of[[f"{wider}_code", f"{wider}_name"]].drop_duplicates()
        if len(named) == 1 and any(f", {value}," in f", {asked}," for value in named.iloc[0].dropna()):
            return True
    return False


def ground_of(settings: Settings, connection: duckdb.DuckDBPyConnection, names: list[str]) -> Ground:
    """Areas and scores, from DIR where it holds what the release was made of."""
    held = connection.execute("select * from neighbourhood order by area_code").df().set_index("area_code")
    released = {name: _released(connection, name).reindex(held.index).astype(float) for name in names}
    indices = sorted({parted(name)[0] for name in names})
    try:
        redrawn = _redrawn(settings, connection, indices)
        published = {name: redrawn[parted(name)[0]].published(parted(name)[1]) for name in names}
    except (OSError, KeyError):
        why_not: str | None = "the folder holds the release and not what it was made of"
    else:
        same = all(_equal(published[name].reindex(held.index), released[name]) for name in names)
        same = same and all(_varied_alike(connection, index, told) for index, told in redrawn.items())
        why_not = None if same else "the folder no longer holds what this release was made of; refresh"
    if why_not:
        release = release_facts(connection)
        whole = release["n_areas"] == release["n_areas_nation"]
        return Ground(_weighed(held), whole, {n: s.to_numpy() for n, s in released.items()}, {}, why_not)
    areas = next(iter(redrawn.values())).areas
    return Ground(_weighed(areas), True, {n: s.to_numpy() for n, s in published.items()}, redrawn, None)


def _released(connection, name: str) -> pd.Series:
    index, domain = parted(name)
    table, more = ("domain_score", "and domain = $domain") if domain else ("index_score", "and $domain is null")
    sql = f"select area_code, score from {table} where index_name = $index {more}"
    return connection.execute(sql, {"index": index, "domain": domain}).df().set_index("area_code")["score"]


def _redrawn(settings: Settings, connection, indices: list[str]) -> dict[str, Redrawn]:
    workspace: Workspace = open_workspace(replace(settings, areas=()))
    if workspace.geography.stem != geography_of(connection).stem:
        raise KeyError(workspace.geography.stem)
    return {name: Redrawn(workspace, workspace.register.indices[name]) for name in indices}


def _varied_alike(connection, index: str, redrawn: Redrawn) -> bool:
    """Whether versions vary the same as when the release was made, and the weights they vary are those of it."""
    told = versions_told(redrawn.register, redrawn.index)
    row = rows(connection, f"select {', '.join(told)} from index_method where index_name = $index", index=index)[0]
    sql = "select domain, weight from weight_set_weight where index_name = $index and weight_set = $set"
    weights = {row["domain"]: row["weight"] for row in rows(connection, sql, index=index, set=EXPERT)}
    total = sum(domain.weight for domain in redrawn.index.parts.values())
    mine = {name: domain.weight / total for name, domain in redrawn.index.parts.items()}
    return row == told and mine.keys() == weights.keys() and all(isclose(mine[n], w) for n, w in weights.items())


def _equal(one: pd.Series, other: pd.Series) -> bool:
    return bool(np.allclose(one, other, rtol=0, atol=SAME, equal_nan=True))


def _weighed(areas: pd.DataFrame) -> pd.DataFrame:
    """Areas with their residents: of the mid-year estimate, or of the census where none is held (`weight_of`)."""
    residents = areas["population"]
    if "population_mid_year" in areas:
        residents = areas["population_mid_year"].astype("Float64").fillna(residents.astype("Float64"))
    return areas.assign(residents=residents.astype("int64"))


@dataclass(frozen=True)
class Field:
    """The units of a ground. `table`: `code`, names, larger areas and residents of each; `candidates`: positions of those
    that lie in the areas asked, those with more residents first and then by code; `frame`: what they are compared in, and
    `scope` (nation, region or authority) and its name, None where they are compared among themselves."""

    table: pd.DataFrame
    units: Units
    candidates: np.ndarray
    frame: Frame
    scope: str | None
    scope_name: str | None

    def of(self, column: str) -> np.ndarray:
        """A column of the candidates."""
        return self.table[column].to_numpy()[self.candidates]

    def areas(self, positions: np.ndarray | slice = slice(None)) -> np.ndarray:
        """Per small area of the ground, whether it lies in one of these candidates (all)."""
        is_in = np.zeros(len(self.table) + 1, dtype=bool)  # the last for areas of no unit
        is_in[self.candidates[positions]] = True
        return is_in[self.units.of]


def field_of(ground: Ground, choice: Choice, asked: pd.DataFrame) -> Field:
    """The units of the level asked, and those of the areas asked. Raises Problem where the geography has no such level, or
    what they must be among the worst of cannot be told."""
    areas, column = ground.areas, f"{choice.level}_code" if choice.level != "area" else None
    if column and areas[column].isna().all():
        raise Problem("--level", f"this geography has no {choice.level}", "leave --level out", usage=True)
    code = areas[column] if column else areas.index.to_series()
    of, codes = pd.factorize(code, sort=True)
    inside = np.zeros(len(areas), dtype=bool)
    for level, wanted in asked[["level", "code"]].itertuples(index=False):
        inside |= (areas[f"{level}_code"] == wanted).to_numpy()
    least = read_choosing().least_share_known
    units = Units(of, areas["residents"].to_numpy(float), len(codes), least, choice.level == "area")
    table = _table(areas, choice.level, of, codes)
    whole = np.bincount(of[of >= 0], ~inside[of >= 0], len(codes)) == 0
    candidates = np.flatnonzero(whole)
    candidates = candidates[np.lexsort((table["code"].to_numpy()[candidates], -table["residents"].to_numpy()[candidates]))]  # fmt: skip
    scores = {name: units.mean(score) for name, score in ground.scores.items()}
    scope, scope_name, among = _among(ground, table, candidates, [scores[name] for name in choice.indices])
    worst = tuple(_worst(ground, table, candidates, choice, name, scores[name]) for name in choice.worst)
    at = pd.Series(np.arange(len(among)), index=among)
    return Field(table, units, candidates, Frame(units, among, at[candidates].to_numpy(), worst), scope, scope_name)


def _table(areas: pd.DataFrame, level: str, of: np.ndarray, codes: pd.Index) -> pd.DataFrame:
    known = areas[of >= 0].groupby(of[of >= 0])
    columns = ["ward_code", "ward_name", "authority_code", "authority_name", "region_code", "region_name", "nation_code", "nation_name"]  # fmt: skip
    table = known[[name for name in columns if name in areas]].first()
    if level != "area":
        table = table.drop(columns=["ward_code", "ward_name"], errors="ignore")
    return table.assign(code=codes, name=known[f"{level}_name"].first(), residents=known["residents"].sum())


def _among(ground: Ground, table: pd.DataFrame, candidates: np.ndarray, scores: list[np.ndarray]):
    """The widest scope that holds all candidates and nearly all of whose units have every score chosen by, its name, and its units;
    where there is none, the candidates themselves."""
    for scope in SCOPES if ground.is_nation else ():
        code = table[f"{scope}_code"].to_numpy(object)
        mine = pd.unique(code[candidates])
        if len(mine) != 1 or pd.isna(mine[0]):
            continue
        among = np.flatnonzero(code == mine[0])
        if all(np.isfinite(score[among]).sum() >= SCOPE_COVERAGE * len(among) for score in scores):
            return scope, str(table[f"{scope}_name"].iloc[among[0]]), among
    return None, None, candidates


def _worst(ground: Ground, table: pd.DataFrame, candidates: np.ndarray, choice: Choice, name: str, score: np.ndarray):
    group, codes = pd.factorize(table[f"{choice.worst_in}_code"])
    if (group[candidates] < 0).any():
        raise Problem("--worst-in", f"what is asked for lies in no {choice.worst_in}", "choose another", usage=True)
    group[group < 0] = len(codes)
    known, size = np.bincount(group, np.isfinite(score)), np.bincount(group)
    mine = np.unique(group[candidates])
    is_told = ground.is_nation or choice.worst_in == "authority"
    if not is_told or (known[mine] < SCOPE_COVERAGE * size[mine]).any():
        message = f"who is among the worst of the {choice.worst_in} by {name} is not known: too little of it is scored in this release"
        raise Problem("--worst", message, "choose a narrower --worst-in, or leave --worst out", usage=True)
    return Worst(name, choice.worst[name], group)
