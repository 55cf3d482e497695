"""Organisations that a local list says work in its authority: counted there, and nowhere else, by the day of the list."""

import pandas as pd

from geodata.geography import Geography
from pipelines.areas.claimed import claimed
from pipelines.core.problem import Problem
from pipelines.core.schema import schema
from pipelines.core.step import Given, Step, Tables
from pipelines.register.source import Source
from pipelines.register.workspace import Workspace

LISTED = schema(
    "authority_code str, form str, source str, id str, registered_on datetime64[ms]?, as_at datetime64[ms]?",
    key="source id",
)


def listed_step(workspace: Workspace) -> Step[Tables]:
    """The step that puts the organisations of local lists into their authorities."""
    sources = workspace.register.organisation_sources
    return Step(
        "ownership/listed_organisation",
        "ownership",
        "Organisations that local lists say work in their authority.",
        (*(f"table/{stem}" for stem in sources), "geography/areas"),
        {"sources": sources, "geography": workspace.geography},
        make_listed,
        {"listed_organisation": LISTED},
    )


def make_listed(given: Given) -> Tables:
    """Table `listed_organisation`. Raises Problem where a list covers other than one authority: of which of them each row is,
    it does not tell."""
    geography: Geography = given.definition["geography"]
    areas, found = given.frame("geography/areas"), []
    for stem, source in given.definition["sources"].items():
        codes = areas.loc[claimed(geography, source, areas), "authority_code"].unique()
        if len(codes) != 1:
            what = f"covers {len(codes)} authorities, where a list of organisations is of one"
            raise Problem(stem, what, "mend covers in the source's file")
        found.append(_rows(source, codes[0], given.frame(f"table/{stem}")))
    return {"listed_organisation": pd.concat(found, ignore_index=True)}, {}


def _rows(source: Source, authority: str, rows: pd.DataFrame) -> pd.DataFrame:
    rule = source.organisations
    table = pd.DataFrame({"id": rows[rule.id].astype("str"), "registered_on": rows[rule.registered_on]})
    as_at = pd.Timestamp(source.vintage) if source.vintage else pd.NaT
    return table.assign(authority_code=authority, form=rule.form, source=source.stem, as_at=as_at)
