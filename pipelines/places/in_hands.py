"""Which places a community holds: what evidence says of owner and keeper, beside what lists say, and where the two disagree."""

import pandas as pd

from pipelines.core.schema import schema
from pipelines.places.bodies import LEAD, OWNED, RUN
from pipelines.places.community import DOOR, NEAR
from pipelines.register.body_rule import COMMUNITY
from pipelines.tables.tidy import issue_table

LIST, RECIPIENT = "list", "recipient"  # a list that says so of its own places; the body an award went to
EVIDENCE = schema(
    "place_id str, evidence str, body str, source str, body_id str?, as_at datetime64[ms]?, words str, is_confirmed boolean, address str?, name_score float64?",
    key="place_id evidence source body_id",
)
COLUMNS = {OWNED: ["owner_kind", "owner_source", "owner_as_at"], RUN: ["run_by", "run_by_source", "run_by_as_at"]}


def taken_in(places: pd.DataFrame, evidence: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """`places` (by place_id) with the owner and who runs them where only `evidence` (see `community`) tells; the evidence,
    what lists say themselves among it; and issues.

    What a list or a council's register says of the owner stands. Where it names another, the body is taken to run the place
    and not to own it, and that is an issue; so it is where a list says that another runs it.
    """
    places = places.copy()
    evidence = evidence[evidence["place_id"].isin(places.index)].reset_index(drop=True)
    own_words = pd.concat([_own_words(places, evidence, what) for what in COLUMNS])
    owners = evidence["place_id"].map(places["owner_kind"])
    against = (evidence["evidence"] == OWNED) & owners.notna() & (owners != COMMUNITY)
    issues = [_issue(places, row, OWNED) for row in evidence[against].itertuples()]
    evidence["evidence"] = evidence["evidence"].mask(against, RUN)
    keepers = evidence["place_id"].map(places["run_by"])
    other = (evidence["evidence"] == RUN) & keepers.notna() & (keepers != COMMUNITY)
    issues += [_issue(places, row, RUN) for row in evidence[other].itertuples()]
    evidence["words"] = [_words(row) for row in evidence.itertuples()]
    for what, (value, source, as_at) in COLUMNS.items():
        best = evidence[evidence["evidence"] == what].sort_values(
            ["address", "name_score", "source"], ascending=[True, False, True], kind="stable"
        )
        best = best.drop_duplicates("place_id").set_index("place_id")
        best = best[places.loc[best.index, value].isna()]
        places.loc[best.index, value] = COMMUNITY
        places.loc[best.index, source], places.loc[best.index, as_at] = best["source"], best["as_at"]
    return places, pd.concat([evidence, own_words], ignore_index=True), issue_table(issues)


def in_community_hands(places: pd.DataFrame) -> pd.Series:
    """True where a community owns or runs the place, as far as anybody says; else null, for it is not known that none does."""
    held = (places["owner_kind"] == COMMUNITY) | (places["run_by"] == COMMUNITY)
    return held.astype("boolean").where(held, pd.NA)


def confirmed(evidence: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """The evidence with `is_confirmed`: it is no lead, and what is told of the place in the end, corrections and all, is what it says."""
    facts = places.set_index("place_id")[["owner_kind", "run_by"]]
    now = {what: evidence["place_id"].map(facts[column]) for what, column in ((OWNED, "owner_kind"), (RUN, "run_by"))}
    is_so = pd.Series(False, index=evidence.index)
    for what, value in now.items():
        is_so |= (evidence["evidence"] == what) & (value == COMMUNITY)
    told = evidence.assign(is_confirmed=is_so)[list(EVIDENCE.types)].astype(EVIDENCE.types)
    return told.sort_values(["place_id", "evidence", "source", "body_id"], ignore_index=True)


def _own_words(places: pd.DataFrame, evidence: pd.DataFrame, what: str) -> pd.DataFrame:
    value, source, as_at = COLUMNS[what]
    said = places[(places[value] == COMMUNITY) & places[source].notna()]
    told = {
        OWNED: "owned by a community, as this list of such places says",
        RUN: "run by a community, as this list of such places says",
    }
    rows = {"place_id": said.index, "evidence": what, "body": LIST, "source": said[source].to_numpy()}
    rows |= {"body_id": None, "as_at": said[as_at].to_numpy(), "words": told[what], "address": None}
    return pd.DataFrame(rows).astype({c: evidence.dtypes[c] for c in rows}).reindex(columns=evidence.columns)


def _words(row) -> str:
    """What the evidence is, in words; of a lead from a register that clears no rows, that there is a body and no more."""
    a_body = f"a {row.body} of its name"
    if row.body == RECIPIENT:
        told = f"an award for a place of its name ({row.words})"
        return f"{told}; that it went to this place is not certain" if row.evidence == LEAD else told
    where = {DOOR: "its house number and postcode", NEAR: "a postcode within 100 m"}.get(row.address, "its postcode")
    if not isinstance(row.words, str):
        where = "this postcode" if row.address != NEAR else where
        return f"a {row.body} of that name is registered at {where}"
    told = f"{row.words} (number {row.body_id}), {a_body}, is registered at {where}"
    if row.address == NEAR:
        return f"{told}; no list gives the place's own postcode"
    if row.evidence == LEAD:
        return f"{told}; whether it is a community's the register does not tell"
    return f"{told}; {'freehold or lease' if row.evidence == OWNED else 'who owns the building'} the register does not tell"


def _issue(places: pd.DataFrame, row, what: str) -> tuple:
    value, source, _ = COLUMNS[what]
    place = places.loc[row.place_id]
    verb, then = {OWNED: ("owned by", "run by that body, not as owned by it"), RUN: ("run by", "what that list says")}[
        what
    ]
    told = f"{place[source]} has it {verb} {place[value]}, and a {row.body} of its name is registered there: taken as {then} (see place {row.place_id})"
    return row.source, 0, value, str(place["name"]), told
