"""Candidates for community ownership: one row a building or site, with every piece of evidence, its source and its date.

What makes a place a candidate is in the taxonomy: its stock kinds. A council's register need not give the whole address of
what is vacant, so what it lists and cannot be placed is a candidate too, without a point and of no small area. What a
community owns or runs is never one. What nobody states is said (`not_known`), not left blank.
"""

import re

import numpy as np
import pandas as pd

from pipelines.core.schema import schema
from pipelines.core.step import Given, Step, Tables
from pipelines.core.store import sha256
from pipelines.places.kinds import is_held, suits
from pipelines.places.naming import written_names
from pipelines.register.taxonomy import Kind, Taxonomy
from pipelines.register.workspace import Workspace

FACTS = {  # of a place or record, as they stand
    "owner_kind": "str", "owner_name": "str", "tenure": "str", "tenure_band": "str", "lease_ends": "datetime64[ms]",
    "unexpired_years": "Int64", "use_state": "str", "acv_flag": "str", "register_words": "str", "size_ha": "float64", "run_by": "str",
}  # fmt: skip
CANDIDATE = schema(
    "opportunity_id str, place_id str?, area_code str?, authority_code str, kind str, what str, name str?, published_name str?,"
    + ", ".join(f"{name} {kind}?" for name, kind in FACTS.items())
    + ", competing_allocation str?, condition str?, evidence str, source str, n_evidence int64, as_at datetime64[ms]?,"
    "is_too_old bool, not_known str?, point_quality str?, licence str, longitude float64?, latitude float64?",
    key="opportunity_id",
)
EVIDENCE = schema(
    "opportunity_id str, position int64, what str, source str, source_id str?, says str, as_at datetime64[ms]?, is_too_old bool",
    key="opportunity_id position",
)
# What makes it a candidate, that which an owner says first; the other pieces of evidence stand behind it.
ORDER = ("to_transfer", "surplus", "vacant", "closed_place", "public_site", "heritage_at_risk")
CONDITIONS = {"derelict": r"\b(?:derelict|ruin(?:s|ed|ous)?)\b", "demolished": r"\bdemolished\b", "damaged by fire": r"\bfire[- ]damaged\b"}  # fmt: skip
GRADED = r"\bcondition: (very bad|poor|fair|good)\b"  # as registers of heritage at risk grade it
NO_USE = ("closed_place", "public_site", "heritage_at_risk")  # whose lists seldom say what it is used for now
OCCUPIED = r"\boccupancy: (?!unknown|not )"
SAYS = {"vacant": "calls it vacant", "surplus": "calls it surplus", "to_transfer": "says that it is to be transferred to the community"}  # fmt: skip
UNPLACED = (
    "postcode_not_held",
    "no_coordinates",
)  # reasons for which a row has no point, and is one of ours all the same
ASKED = {
    "owner": "owner_kind",
    "tenure": "tenure",
    "how long a lease has left": "tenure_band",
    "condition": "condition",
}


def candidates_step(workspace: Workspace) -> Step[Tables]:
    """The step that lists candidate buildings and sites."""
    register, geography = workspace.register, workspace.geography
    licences = {stem: source.licence for stem, source in register.place_sources.items()}
    covers = {stem: geography.covers.get(source.covers or "", {}) for stem, source in register.place_sources.items()}
    return Step(
        "ownership/opportunity",
        "ownership",
        "Candidate buildings and sites, each with its evidence.",
        ("places/place", "places/place_record", "places/place_event", "geography/areas", "geography/scope"),
        {"taxonomy": register.taxonomy, "licences": licences, "covers": covers},
        make_candidates,
        {"opportunity": CANDIDATE, "opportunity.evidence": EVIDENCE},
    )


def make_candidates(given: Given) -> Tables:
    """Tables `opportunity` (a row per candidate in the areas asked, or of an authority asked where it cannot be placed) and
    `opportunity.evidence` (a row per piece of evidence, the first what makes it a candidate)."""
    taxonomy: Taxonomy = given.definition["taxonomy"]
    places, kinds = given.frame("places/place"), given.frame("places/place", "place.kinds")
    areas, asked = given.frame("geography/areas"), given.frame("geography/scope")["area_code"]
    places = places[places["area_code"].isin(asked) & (places["publish"] == "rows")].set_index("place_id")
    records = given.frame("places/place_record")
    outcomes = given.frame("places/place", "place.records").dropna(subset="place_id").set_index("record")["place_id"]
    records = records[records["is_row"] & (records["publish"] == "rows")]
    records = records.assign(place_id=records["record"].map(outcomes[~outcomes.index.duplicated()]))
    placed = _evidence(taxonomy, places, kinds, records, given.frame("places/place_event"))
    unplaced = _unplaced(given, taxonomy, records, set(areas.loc[areas["area_code"].isin(asked), "authority_code"]))
    every = pd.concat([placed, unplaced], ignore_index=True)
    limit = taxonomy.evidence_since
    every["is_too_old"] = ~(every["as_at"] >= pd.Timestamp(limit)) if limit else False
    every["turn"] = every["what"].map({what: turn for turn, what in enumerate(ORDER)})
    order = ["opportunity_id", "is_too_old", "turn", "source", "source_id", "says"]
    every = every.sort_values(order, ignore_index=True)
    every["position"] = every.groupby("opportunity_id").cumcount() + 1
    first = every[every["position"] == 1].rename(columns={"says": "evidence"}).set_index("opportunity_id")
    first["n_evidence"] = every.groupby("opportunity_id").size()
    graded = every["says"].str.extract(GRADED, flags=re.IGNORECASE)[0].str.lower()
    first["graded"] = graded.groupby(every["opportunity_id"]).first()
    first["competing_allocation"] = every.groupby("opportunity_id")["competing_allocation"].first()
    table = _facts(first, places, areas.set_index("area_code")["authority_code"])
    table = table.reset_index()[list(CANDIDATE.types)].astype(CANDIDATE.types)
    evidence = every[list(EVIDENCE.types)].astype(EVIDENCE.types)
    told = {"n_unplaced": len(unplaced), "by_kind": table["what"].value_counts().sort_index().to_dict()}
    return {
        "opportunity": table.sort_values("opportunity_id", ignore_index=True),
        "opportunity.evidence": evidence,
    }, told


def _evidence(
    taxonomy: Taxonomy, places: pd.DataFrame, kinds: pd.DataFrame, records: pd.DataFrame, events: pd.DataFrame
) -> pd.DataFrame:
    """A row per piece of evidence on a place that stands in one of the stock kinds, however old it is: each row of a
    register that says so, and each closing."""
    found = []
    for name, entry in taxonomy.stock().items():
        ids = kinds.loc[kinds["kind"] == name, "place_id"]
        of = places.index[places.index.isin(ids) & ~is_held(places)]
        if entry.closed:
            shut = events[(events["event"] == "closed") & events["is_confirmed"] & events["place_id"].isin(of)]
            rows = shut[["place_id", "kind", "series", "since", "evidence"]]
            rows = rows.set_axis(["place_id", "kind", "source", "as_at", "says"], axis=1).assign(what="closed_place")
        else:
            rows = records[records["place_id"].isin(of) & (records["kind"] == entry.subset_of)]
            said = rows["use_state"].isin(entry.use_states) | rows["owner_kind"].isin(entry.owner_kinds)
            rows = _said_by_register(rows[said | (entry.says != "")], name, entry)
        found.append(rows.assign(competing_allocation=entry.allocated_for))
    every = pd.concat(found, ignore_index=True)
    every["opportunity_id"] = "o" + every["place_id"].str[1:]
    return every


def _said_by_register(rows: pd.DataFrame, name: str, entry: Kind) -> pd.DataFrame:
    """Evidence in words, of rows of a register that say what is done with a site, or whose it is, or that it is on it."""
    told = rows[["place_id", "kind", "source", "source_id", "as_at"]]
    if entry.says:
        return told.assign(what=name, says=entry.says + _in_brackets(rows["register_words"]))
    if entry.use_states:
        return told.assign(what=rows["use_state"], says=_register_says(rows))
    part = rows["owner_kind"].map({"mixed": ", in part"}).fillna("")
    return told.assign(what="public_site", says="listed as owned by a public authority" + part)


def _register_says(of: pd.DataFrame) -> pd.Series:
    """What a register says of its rows, in words."""
    return (
        "its owner's register of land and buildings " + of["use_state"].map(SAYS) + _in_brackets(of["register_words"])
    )


def _in_brackets(words: pd.Series) -> pd.Series:
    return (" (" + words.astype("str") + ")").fillna("")


def _unplaced(given: Given, taxonomy: Taxonomy, records: pd.DataFrame, authorities: set[str]) -> pd.DataFrame:
    """The same of the rows of registers, of the authorities asked, that cannot be placed: each a candidate of its own."""
    records, found = records[records["reason"].isin(UNPLACED)], []
    for entry in (entry for entry in taxonomy.stock().values() if entry.use_states):
        own = records[(records["kind"] == entry.subset_of) & records["use_state"].isin(entry.use_states)]
        own = own[suits(entry, own["name"], own["register_words"], own["size_ha"])]
        own = own.assign(authority_code=own["source"].map(given.definition["covers"]).map(_only_authority))
        own = own[own["authority_code"].isin(authorities)]
        facts = own[[*FACTS, "place_id", "kind", "source", "source_id", "as_at", "authority_code", "postcode"]].assign(
            name=written_names(own["name"]), published_name=own["name"], what=own["use_state"], says=_register_says(own),
            competing_allocation=entry.allocated_for, licence=own["source"].map(given.definition["licences"]),
            opportunity_id=["o" + sha256(f"unplaced|{record}".encode())[:15] for record in own["record"]],
        )  # fmt: skip
        found.append(facts)
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def _only_authority(covers: object) -> str | None:
    """The authority that a register covers, where it is of one."""
    codes = covers.get("authority", []) if isinstance(covers, dict) else []
    return codes[0] if len(codes) == 1 else None


def _facts(first: pd.DataFrame, places: pd.DataFrame, authorities: pd.Series) -> pd.DataFrame:
    """The candidates with what is known of each, and what is not."""
    of = places.reindex(first["place_id"])
    is_placed = first["place_id"].notna().to_numpy()
    table = first.copy()
    for name in (*FACTS, "name", "published_name", "licence"):
        own = table[name] if name in table else pd.Series(None, index=table.index, dtype=of[name].dtype)
        table[name] = pd.Series(np.where(is_placed, of[name].astype(object), own.astype(object)), index=table.index)
    for name in ("area_code", "point_quality", "longitude", "latitude"):
        table[name] = of[name].to_numpy()
    placed_in = table["area_code"].map(authorities)
    table["authority_code"] = placed_in.fillna(table["authority_code"]) if "authority_code" in table else placed_in
    words = table["published_name"].astype("str").fillna("") + "; " + table["register_words"].astype("str").fillna("")
    table["condition"] = table["graded"].astype(object).where(table["graded"].notna(), None)
    for condition, pattern in CONDITIONS.items():
        table.loc[words.str.contains(pattern, case=False), "condition"] = condition
    table["not_known"] = [_not_known(row) for row in table.to_dict("records")]
    return table


def _not_known(row: dict) -> str | None:
    """What nobody states of a candidate, with commas between."""
    unknown = [words for words, column in ASKED.items() if pd.isna(row[column]) or row[column] == "unknown"]
    unknown += ["present use"] if row["what"] in NO_USE and not re.search(OCCUPIED, row["evidence"], re.I) else []
    if pd.isna(row["area_code"]):
        within = "" if pd.isna(row.get("postcode")) else f", but for its postal district {row['postcode']}"
        unknown.append(f"where it is{within}")
    return ", ".join(unknown) or None
