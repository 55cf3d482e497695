"""The step that scores one index: reads indicator values, applies the definition, ranks in every scope."""

import functools
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from pipelines.core.schema import schema
from pipelines.core.step import Check, Given, Output, Step, Tables
from pipelines.indices.evidence import evidence_reads, strength
from pipelines.indices.inputs import IndexInputs, definition_of, reads_of
from pipelines.register.workspace import Workspace
from pipelines.scoring.composite import Scored, scale_members, score
from pipelines.scoring.definition import Index
from pipelines.scoring.grade import evidence_grade
from pipelines.scoring.normalise import snapped
from pipelines.scoring.scopes import SCOPES, decile, rank_in_scope

SCORE = schema(
    "area_code str, index_name str, score float64?, weight_observed float64, rank_nation Int64?, rank_region Int64?,"
    "rank_authority Int64?, rank_like_areas Int64?, decile_nation Int64?, evidence_strength float64?, evidence_grade str?, null_reason str?",
    key="area_code",
)
DOMAIN = schema(
    "area_code str, index_name str, domain str, score float64?, rank_nation Int64?, weight_observed float64, n_known int64, n_members int64",
    key="area_code domain",
)
FEWEST_COMPARED = 3  # authorities
WITHHELD = "suppressed"  # of a score there is, and that is not published


def index_step(workspace: Workspace, index: Index) -> Step[Tables]:
    """The step that scores an index."""
    definition = definition_of(workspace, index)
    return Step(
        f"index/{index.stem}",
        "indices",
        f"{index.title}: {index.question}" + "".join(f"\n- {caution}" for caution in index.cautions),
        (*reads_of(index), *evidence_reads(definition["indicators"])),
        definition,
        make_index,
        {index.stem: SCORE, f"{index.stem}.domain_score": DOMAIN},
        checks=(
            Check("scored_somewhere", "Some area has a score.", _somewhere),
            Check("directions", "No indicator goes against the index, unless its definition says why.", _directions),
        ),
    )


def make_index(given: Given) -> Tables:
    """Tables `<index>` (a row per area), and `<index>.domain_score` (a row per area and domain)."""
    inputs = IndexInputs(given)
    index, long, values = inputs.index, inputs.long, inputs.values
    scored = score(index, values, inputs.directions)
    facts: dict[str, Any] = {"coverage_correlation": coverage_correlation(index, long, scored.score)}
    facts["against"] = going_against(index, scored, inputs.directions)
    facts["register_correlation"], facts["n_authorities"] = register_correlation(inputs, scored.score)
    goes_with = max(facts["coverage_correlation"], facts["register_correlation"])
    withheld = index.withhold_above is not None and goes_with > index.withhold_above
    reasons = _reasons(index, long, values, scored)
    if withheld:
        reasons = reasons.mask(scored.score.notna(), WITHHELD)
        scored = replace(scored, score=scored.score * np.nan)
    table = _ranked(scored, inputs.areas, index.aggregate == "geometric")
    table["evidence_strength"] = strength(inputs, scored).where(table["score"].notna())
    table["evidence_grade"] = evidence_grade(table["evidence_strength"])
    table["evidence_strength"] = table["evidence_strength"].round(6)
    table["null_reason"] = reasons
    table = table.reset_index(names="area_code")
    table.insert(1, "index_name", index.stem)
    domains = _domain_table(index, scored, inputs.areas)
    table, domains = inputs.held(table), inputs.held(domains)
    facts |= {"withheld": withheld, "treated": _treated(scored), "unlike": inputs.unlike, "left_out": inputs.left_out}
    return {index.stem: table, f"{index.stem}.domain_score": domains}, _counts(table, inputs.areas) | facts


def _somewhere(output: Output) -> tuple[bool, str]:
    meta = output.meta
    n_scored, is_withheld = meta["n_scored"], meta["withheld"]
    withheld = (
        f"withheld, for its score goes with coverage ({meta['coverage_correlation']}) or, in the mean of an authority, "
        f"with the length of its registers ({meta['register_correlation']} over {meta['n_authorities']}); "
    )
    return (
        n_scored > 0,
        f"{withheld if is_withheld else ''}{n_scored:,} of {meta['n_areas']:,} areas are scored",
    )


def _directions(output: Output) -> tuple[bool, str]:
    against = output.meta["against"]
    if odd := [name for name, one in against.items() if not one["reason"]]:
        return False, f"{', '.join(odd)} goes against the index: turn its direction round, or say why in its `against`"
    return True, "; ".join(f"{name} {one['spearman']}: {one['reason']}" for name, one in against.items()) or "none does"


def _treated(scored) -> dict:
    """What was done about outliers, of the members about which something was."""
    treated = {
        name: {"done": column.done, "n_winsorised": column.n_winsorised} for name, column in scored.treated.items()
    }
    return {name: what for name, what in treated.items() if what["done"] != "none"}


def _ranked(scored, areas: pd.DataFrame, zero_is_last: bool) -> pd.DataFrame:
    table = pd.DataFrame({"score": scored.score, "weight_observed": scored.weight_observed.round(6)})
    for scope, column in SCOPES.items():
        table[f"rank_{scope}"] = rank_in_scope(
            scored.score, areas[column].reindex(table.index), areas[column].value_counts(), zero_is_last
        )
    stocked = scored.score[
        snapped(scored.score) > 0
    ]  # a score of zero shares the last rank; deciles are cut among the others
    table["decile_nation"] = decile(table["rank_nation"], len(stocked)).clip(upper=10)
    return table


def _domain_table(index: Index, scored, areas: pd.DataFrame) -> pd.DataFrame:
    nation = areas["nation_code"]
    frames = []
    for name in index.every_domain:
        column = scored.domains[name]
        rank = rank_in_scope(column, nation.reindex(column.index), nation.value_counts())
        frames.append(pd.DataFrame({"area_code": column.index, "index_name": index.stem, "domain": name, "score": column.to_numpy(),
                                    "rank_nation": rank.to_numpy(), "weight_observed": scored.weight_by_domain[name].round(6).to_numpy(),
                                    "n_known": scored.n_known[name].to_numpy(), "n_members": len(list(index.every_domain[name].leaves()))}))  # fmt: skip
    return pd.concat(frames, ignore_index=True).sort_values(["area_code", "domain"], ignore_index=True)


def coverage_correlation(index: Index, long: dict, scores: pd.Series) -> float:
    """How the score goes with how much is observed (Spearman, 0 where either is the same everywhere).

    Coverage is the share of the index's indicators, those that stand apart included, that are observed; partly covered
    counts half.
    """
    known = {"observed": 1.0, "partial": 0.5}
    seen = [long[name]["coverage"].map(known).fillna(0) for _, name, member in index.members if not member.index]
    coverage = sum(seen) / max(len(seen), 1)
    both = pd.DataFrame({"score": snapped(scores), "coverage": coverage}).dropna()
    if both.nunique().min() < 2:
        return 0.0
    return round(float(both["score"].rank().corr(both["coverage"].rank())), 4)


def register_correlation(inputs: IndexInputs, scores: pd.Series) -> tuple[float, int]:
    """How authorities' mean scores go with how many rows their registers hold per area (Spearman, 0 where either is the
    same everywhere or there is nothing to compare), and over how many authorities: those with a score, that keep one.

    Authorities, not areas: whoever publishes more must not rank higher for it. Of two, one is always first in both, so
    fewer than three are not compared.
    """
    mean = scores.groupby(inputs.areas["authority_code"].reindex(scores.index)).mean()
    both = pd.DataFrame({"score": snapped(mean), "rows": inputs.register_rows}).dropna()
    if len(both) < FEWEST_COMPARED or both.nunique().min() < 2:
        return 0.0, len(both)
    return round(float(both["score"].rank().corr(both["rows"].rank())), 4), len(both)


def going_against(index: Index, scored: Scored, directions: dict[str, str]) -> dict[str, dict]:
    """The members that areas with higher scores have less of, as they are turned: Spearman's correlation with the index
    below zero by more than two standard errors, and the reason the definition gives, if it does."""
    scaled = scale_members(index, {name: done.values for name, done in scored.treated.items()}, directions)
    found = {}
    for domain, name, member in index.members:
        both = pd.DataFrame({"score": snapped(scored.score), "member": snapped(scaled[name])}).dropna()
        if domain in index.parts and not member.index and both.nunique().min() > 1:
            spearman = float(both["score"].rank().corr(both["member"].rank()))
            if spearman < -2 / np.sqrt(len(both)):
                found[name] = {"spearman": round(spearman, 4), "reason": member.against}
    return found


def _reasons(index: Index, long: dict, values: pd.DataFrame, scored) -> pd.Series:
    """Why an area has no score: the one reason all its missing members share, else that too little is known."""
    counted = [name for domain, name, _ in index.members if domain in index.parts]
    reasons = pd.DataFrame({name: long[name]["null_reason"] for name in counted})
    first = functools.reduce(pd.Series.fillna, (reasons[name] for name in reasons))
    shared = first.where((reasons.eq(first, axis=0) | reasons.isna()).all(axis=1))
    reason = shared.where(scored.weight_observed == 0, scored.short).fillna("below_minimum_weight")
    return reason.where(scored.score.isna(), None)


def _counts(table: pd.DataFrame, areas: pd.DataFrame) -> dict:
    return {"n_scored": int(table["score"].notna().sum()), "n_areas": len(table), "n_nation": len(areas)}
