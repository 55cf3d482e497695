"""The step that varies the method of one index: how far ranks spread, which choice moves them most, and what they are by
each weight set."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipelines.core.schema import schema
from pipelines.core.step import Check, Given, Output, Step, Tables
from pipelines.indicators.errors import CATCHMENT_NAMES, CATCHMENTS, DRAWS, read_errors
from pipelines.indices.inputs import IndexInputs, Standing, definition_of, reads_of, standing
from pipelines.register.register import drawn_indicators
from pipelines.register.workspace import Workspace
from pipelines.scoring.definition import Index
from pipelines.scoring.robustness import draw_versions, ranges_told, rank_spread
from pipelines.scoring.scopes import SCOPES
from pipelines.scoring.sensitivity import Choices, option_shifts, sobol_indices
from pipelines.scoring.versions import Scorer, Version
from pipelines.scoring.weight_sets import BUILT_IN, compare_sets, set_versions

SPREAD = schema(
    "area_code str, index_name str, spread_scope str, rank_median Int64?, rank_low Int64?, rank_high Int64?,"
    "worst_decile_share float64?, rank_shift_mean float64?",
    key="area_code",
)
SENSITIVITY = schema(
    "index_name str, choice str, n_options int64, options str, first_order float64?, first_order_interval float64?,"
    "total float64?, total_interval float64?",
    key="choice",
)
WEIGHT = schema("index_name str, weight_set str, domain str, weight float64", key="weight_set domain")
WEIGHT_SET = schema(
    "index_name str, weight_set str, title str, origin str, contributed_by str?, reason str, citation str?",
    key="weight_set",
)
SET_RANK = schema(
    "area_code str, index_name str, rank_scope str, weight_set str, rank Int64?", key="area_code weight_set"
)
SET_SHIFT = schema(
    "index_name str, weight_set_a str, weight_set_b str, n_areas int64, rank_shift_mean float64?, rank_shift_p95 float64?,"
    "spearman float64?, n_leaving_highest_tenth int64, n_in_highest_tenth int64",
    key="weight_set_a weight_set_b",
)
RANGE = schema(
    "index_name str, scope str, scope_code str, n_ranked int64, n_outside int64, width_median float64, median_change_mean float64",
    key="scope scope_code",
)
OPTION = schema(
    "index_name str, choice str, option str, scope str, scope_code str, n_areas int64, rank_shift_mean float64?,"
    "rank_change_mean float64?",
    key="choice option scope scope_code",
)
TOLD_BY = ("nation", "region")  # scopes for which ranges and options are summed up
TABLES = {"": SPREAD, ".ranges": RANGE, ".options": OPTION, ".sensitivity": SENSITIVITY, ".weights": WEIGHT, ".sets": WEIGHT_SET, ".set_ranks": SET_RANK, ".set_shifts": SET_SHIFT}  # fmt: skip


def spread_step(workspace: Workspace, index: Index) -> Step[Tables]:
    """The step that varies the method of an index."""
    sets = [found for found in workspace.weight_sets if found.index == index.stem]
    drawn = drawn_indicators(workspace.register, index)
    more = f" Weight sets beside expert, equal and pca: {', '.join(s.stem for s in sets)}." if sets else ""
    return Step(
        f"spread/{index.stem}",
        "indices",
        f"{index.title}: how far ranks spread over versions of the method, and which choice moves them most.{more}",
        (f"index/{index.stem}", *reads_of(index), *(f"indicator_errors/{name}" for name in drawn)),
        {**definition_of(workspace, index), "weight_sets": sets, "drawn": drawn},
        make_spread,
        {f"{index.stem}.spread{more}": declared for more, declared in TABLES.items()},
        checks=(Check("ranked_somewhere", "Some area has a rank with a spread.", _somewhere),),
    )


def make_spread(given: Given) -> Tables:
    """Tables `<index>.spread` (a row per ranked area), and with the same stem `.ranges` (a row per nation and region),
    `.options` (the same for each option of a choice, taken alone), `.sensitivity` (a row per choice),
    `.weights` (a row per weight set and domain), `.sets` (per set), `.set_ranks` (per area and set) and `.set_shifts`
    (per pair of sets)."""
    inputs, others = IndexInputs(given), given.definition["weight_sets"]
    index, stem = inputs.index, f"{inputs.index.stem}.spread"
    stand = standing(index, given.frame(f"index/{index.stem}"), inputs.areas)
    scorer = scorer_of(inputs, stand, errors_of(inputs))
    rank = stand.rank.to_numpy()
    drawn_versions, versions = drawn_of(given.definition, index), sets_of(given, index, stand)
    found = rank_spread(scorer, drawn_versions, rank)
    spread = _by_area(stand, found, index)
    spread.insert(2, "spread_scope", stand.scope.to_numpy())
    choices = Choices(scorer, versions, CATCHMENT_NAMES)
    sensitivity = sobol_indices(choices, rank)
    codes = {scope: inputs.areas[SCOPES[scope]].reindex(stand.areas).to_numpy(object) for scope in TOLD_BY}
    ranks, shifts = compare_sets(scorer, versions)
    by_set = [_by_area(stand, ranks[[name]].set_axis(["rank"], axis=1), index) for name in versions]
    ranks = pd.concat(by_set, ignore_index=True)
    ranks.insert(2, "rank_scope", np.tile(stand.scope.to_numpy(), len(versions)))
    ranks.insert(3, "weight_set", np.repeat(list(versions), len(rank)))
    tables = {
        stem: spread,
        f"{stem}.ranges": _by_scope({s: ranges_told(found, rank, within) for s, within in codes.items()}, index),
        f"{stem}.options": _by_scope({s: option_shifts(choices, rank, within) for s, within in codes.items()}, index),
        f"{stem}.sensitivity": _named(sensitivity, index),
        f"{stem}.weights": _weights(index, versions),
        f"{stem}.sets": _sets(index, others),
        f"{stem}.set_ranks": ranks,
        f"{stem}.set_shifts": _named(shifts, index),
    }
    return tables, {"n_draws": index.uncertainty.draws, "n_ranked": len(rank)}


def _somewhere(output: Output) -> tuple[bool, str]:
    n_ranked, n_draws = output.meta["n_ranked"], output.meta["n_draws"]
    return n_ranked > 0, f"{n_ranked:,} areas are ranked in some scope, by {n_draws:,} versions"


def scorer_of(inputs: IndexInputs, stand: Standing, with_errors: dict[str, np.ndarray]) -> Scorer:
    """A scorer of versions over the areas that are ranked."""
    keep = inputs.areas.index.get_indexer(stand.areas)
    return Scorer(
        inputs.index,
        inputs.values,
        inputs.directions,
        keep,
        stand.group.to_numpy(),
        with_errors,
        stand.size.to_numpy(),
    )


def errors_of(inputs: IndexInputs) -> dict[str, np.ndarray]:
    """By member that rests on places, its values with errors drawn."""
    drawn = [name for name in inputs.given.definition["drawn"] if name not in inputs.left_out]
    return {name: read_errors(inputs.given[f"indicator_errors/{name}"], inputs.areas.index) for name in drawn}


def drawn_of(definition: Mapping[str, Any], index: Index) -> list[Version]:
    """The versions drawn of an index's method, by the definition of its step."""
    return draw_versions(index, *((DRAWS, len(CATCHMENTS)) if definition["drawn"] else ()))


def sets_of(given: Given, index: Index, stand: Standing) -> dict[str, Version]:
    """The versions of an index's method that its weight sets are."""
    columns = ["area_code", "domain", "score"]
    long = given.frame(f"index/{index.stem}", f"{index.stem}.domain_score", columns)
    domains = long.pivot(index="area_code", columns="domain", values="score").reindex(stand.areas)
    return set_versions(index, domains, given.definition["weight_sets"])


def _by_area(stand: Standing, columns: pd.DataFrame, index: Index) -> pd.DataFrame:
    table = columns.set_axis(stand.areas).reset_index(names="area_code")
    table.insert(1, "index_name", index.stem)
    return table


def _named(table: pd.DataFrame, index: Index) -> pd.DataFrame:
    table = table.copy()
    table.insert(0, "index_name", index.stem)
    return table


def _by_scope(tables: dict[str, pd.DataFrame], index: Index) -> pd.DataFrame:
    whole = [table.rename(columns={"within": "scope_code"}).assign(scope=scope) for scope, table in tables.items()]
    return _named(pd.concat(whole, ignore_index=True), index)


def _weights(index: Index, versions: dict) -> pd.DataFrame:
    rows = [
        {"index_name": index.stem, "weight_set": name, "domain": domain, "weight": weight / sum(v.domains.values())}
        for name, v in versions.items()
        for domain, weight in v.domains.items()
    ]
    return pd.DataFrame(rows)


def _sets(index: Index, others: list) -> pd.DataFrame:
    kept = {"expert": "expert", "equal": "equal", "pca": "data"}
    rows = [
        {"index_name": index.stem, "weight_set": name, "title": title, "origin": kept[name], "contributed_by": None, "reason": reason, "citation": None}
        for name, (title, reason) in BUILT_IN.items()
    ]  # fmt: skip
    rows += [
        {"index_name": index.stem, "weight_set": s.stem, **{key: getattr(s, key) for key in ("title", "origin", "contributed_by", "reason", "citation")}}
        for s in others
    ]  # fmt: skip
    return pd.DataFrame(rows)
