"""How good the evidence of one index is in each area, from what is known there: which kinds of place were looked for, how
much the lists of its authority hold, how near the edge of what they cover is, how old they are, what is borderline."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipelines.core.step import Given
from pipelines.indices.inputs import IndexInputs
from pipelines.reach.reach import national_table
from pipelines.register.register import Indicator
from pipelines.scoring.composite import Scored
from pipelines.scoring.effective import effective_weights
from pipelines.scoring.grade import evidence_strength, list_wholeness

UNDATED_YEARS = 99.0  # evidence without a date is graded as old, never as new


def kinds_of(indicators: dict[str, Indicator]) -> list[str]:
    """The kinds of place whose reach by national lists some of these indicators rest on."""
    return sorted({kind for one in indicators.values() if "national_reach" in one.inputs for kind in one.kinds})


def evidence_reads(indicators: dict[str, Indicator]) -> tuple[str, ...]:
    """What the evidence of an index of these indicators is told from, beside its members."""
    kinds = kinds_of(indicators)
    reach = (f"reach/{kind}:{national_table(kind)}" for kind in kinds)
    return (*reach, *(["places/cover:cover.lists", "places/cover:cover.kinds"] if kinds else []))


def strength(inputs: IndexInputs, scored: Scored) -> pd.Series:
    """The share (0-1) of full evidence per area of the nation; NaN where nothing is observed."""
    index, indicators, long = inputs.index, inputs.indicators, inputs.long
    areas = inputs.areas.index
    kinds = {kind: _of_kind(inputs.given, kind, inputs.areas) for kind in kinds_of(indicators)}
    found = {name: np.zeros(len(areas)) for name in ("weight", "whole", "age", "borderline", "modelled")}
    for name, weight in _entering(inputs, scored):
        one = indicators[name]
        own = [kinds[kind] for kind in one.kinds if kind in kinds and kinds[kind]["counts"]]
        years = index.reference_year - long[name]["as_at"].dt.year.to_numpy(float)
        found["weight"] += weight
        found["age"] += weight * np.nan_to_num(years, nan=UNDATED_YEARS)
        found["modelled"] += weight * one.modelled
        found["whole"] += weight * (np.mean([kind["whole"] for kind in own], axis=0) if own else 1.0)
        found["borderline"] += weight * (np.mean([kind["borderline"] for kind in own], axis=0) if own else 0.0)
    known = np.where(found["weight"] > 0, found["weight"], np.nan)
    share = {name: pd.Series(found[name] / known, index=areas) for name in ("whole", "age", "borderline", "modelled")}
    return evidence_strength(scored.weight_observed, *share.values())


def _of_kind(given: Given, kind: str, areas: pd.DataFrame) -> dict:
    """By area of the nation, what national lists of one kind are worth, and whether its gap is borderline; whether the
    kind counts in what compares all areas."""
    reach = given.frame(f"reach/{kind}:{national_table(kind)}").set_index("area_code")
    coverage = reach["coverage"].reindex(areas.index).fillna("unknown")
    listed = areas["authority_code"].map(_listed(given, kind)).fillna(1.0)
    return {
        "counts": bool(reach["is_everywhere"].any()),
        "whole": list_wholeness(coverage, listed).to_numpy(),
        "borderline": (reach["gap"].reindex(areas.index) == "borderline").to_numpy(float),
    }


def _listed(given: Given, kind: str) -> pd.Series:
    """By authority, how much of what is expected there (1 at most) the fullest national list of a kind holds, where that
    is enough to judge it by."""
    names = given.frame("places/cover:cover.kinds").set_index("kind").at[kind, "national_lists"].split(", ")
    lists = given.frame("places/cover:cover.lists")
    lists = lists[(lists["kind"] == kind) & lists["source"].isin(names) & (lists["judged_by"] == "authority")]
    lists = lists[lists["n_expected"].gt(0)]
    return (lists["n_listed"] / lists["n_expected"]).clip(upper=1.0).groupby(lists["authority_code"]).max()


def _entering(inputs: IndexInputs, scored: Scored) -> Iterator[tuple[str, np.ndarray]]:
    """Every indicator of the index's parts with its weight in each area: none where it, or a domain it is in, has no
    score."""
    index, values, weights = inputs.index, inputs.values, effective_weights(inputs.index)
    for path, domain in index.every_domain.items():
        names = path.split("/")
        if names[0] in index.parts:
            above = ["/".join(names[: n + 1]) for n in range(len(names))]
            enters = scored.domains[above].notna().all(axis=1).to_numpy()
            for name, member in domain.members.items():
                if not member.index:
                    yield name, weights[name] * (enters & values[name].notna().to_numpy())
