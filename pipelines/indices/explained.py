"""The step that explains one index: contributions, peers, and what would have to change."""

import numpy as np
import pandas as pd

from pipelines.core.schema import Schema, schema
from pipelines.core.step import Given, Step, Tables
from pipelines.indices.inputs import IndexInputs, definition_of, reads_of, standing
from pipelines.register.workspace import Workspace
from pipelines.scoring.change import leaving_highest_tenth
from pipelines.scoring.composite import Scored, scale_members, score
from pipelines.scoring.definition import Index
from pipelines.scoring.explain import Landscape, explain, peers

CONTRIBUTION = "area_code str, index_name str, domain str, contribution float64?, method str"
OF_DOMAIN = schema(f"{CONTRIBUTION}, starts_from float64", key="area_code domain")
OF_INDICATOR = schema(f"{CONTRIBUTION}, indicator str", key="area_code domain indicator")
CHANGE = schema(
    "area_code str, index_name str, level str, domain str, name str, value float64, value_needed float64?",
    key="area_code level domain name",
)
PEER = schema(
    "area_code str, index_name str, position int64, peer_code str, distance float64", key="area_code position"
)
TABLES = {"": OF_DOMAIN, ".indicators": OF_INDICATOR, ".changes": CHANGE, ".peers": PEER}


def explained_step(workspace: Workspace, index: Index) -> Step[Tables]:
    """The step that explains an index."""
    return Step(
        f"explained/{index.stem}",
        "indices",
        f"{index.title}: what pushed each score up or down, the areas most alike, and what would have to change.",
        (f"index/{index.stem}", *reads_of(index)),
        definition_of(workspace, index),
        make_explained,
        {f"{index.stem}.explained{more}": declared for more, declared in TABLES.items()},
    )


def make_explained(given: Given) -> Tables:
    """Tables `<index>.explained` (contributions of domains), and with the same stem `.indicators`, `.peers`, `.changes`;
    of the areas that are ranked in some scope, each explained within its own scope."""
    inputs = IndexInputs(given)
    index, stem = inputs.index, f"{inputs.index.stem}.explained"
    stand = standing(index, given.frame(f"index/{index.stem}"), inputs.areas)
    land, position = landscape(inputs), inputs.areas.index.get_indexer(stand.areas)
    parts: dict[str, list[pd.DataFrame]] = {"domains": [], "indicators": [], "changes": [], "peers": []}
    for group in np.unique(stand.group):
        rows = position[(stand.group == group).to_numpy()]
        domains, indicators = explain(land, rows)
        parts["domains"].append(domains)
        parts["indicators"].append(indicators)
        parts["changes"].append(leaving_highest_tenth(land, rows, inputs.values))
        of = np.arange(len(rows))
        alike = peers(land.scored.domains[list(index.parts)].iloc[rows], of)
        parts["peers"].append(alike.assign(row=rows[alike["row"]], peer=rows[alike["peer"]]))
    tables = {
        stem: _table(parts["domains"], inputs, OF_DOMAIN),
        f"{stem}.indicators": _table(parts["indicators"], inputs, OF_INDICATOR),
        f"{stem}.changes": _table(parts["changes"], inputs, CHANGE),
        f"{stem}.peers": _table(parts["peers"], inputs, PEER),
    }
    return tables, {"n_explained": len(stand.areas)}


def landscape(inputs: IndexInputs) -> Landscape:
    """The index scored over the nation, with its members on their scales."""
    scored: Scored = score(inputs.index, inputs.values, inputs.directions)
    treated = {name: column.values for name, column in scored.treated.items()}
    return Landscape(inputs.index, scale_members(inputs.index, treated, inputs.directions), scored)


def _table(parts: list[pd.DataFrame], inputs: IndexInputs, declared: Schema) -> pd.DataFrame:
    """Rows in one, positions as codes, of the areas asked only, the columns that are declared."""
    codes = inputs.areas.index.to_numpy()
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["row"])
    whole["area_code"] = codes[whole["row"].astype(int)]
    if "peer" in whole:
        whole["peer_code"] = codes[whole["peer"].astype(int)]
    whole = whole[whole["area_code"].isin(inputs.asked)]
    whole = whole.assign(index_name=inputs.index.stem).reindex(columns=list(declared.types))
    keys = [name for name in ("area_code", "position", "level", "domain", "indicator", "name") if name in whole]
    return whole.sort_values(keys, ignore_index=True)
