"""Codes of areas in an answer, held to those that the geography has: a list by other areas is no answer, and never ends a refresh later on."""

import pandas as pd

from geodata.vintages import VintageError, fit
from pipelines.core.lookup import among
from pipelines.core.plain_text import plain
from pipelines.core.problem import Problem
from pipelines.register.source import Source
from pipelines.register.vintages import Vintage, vintages
from pipelines.register.workspace import Workspace
from pipelines.tables import handed
from pipelines.tables.kept import last_good, read_snapshot
from pipelines.tables.origins import hold_to_outlines, origins_of
from pipelines.tables.tidy import tidy

REMEDY = "its codes may be of another vintage; if the publisher changed the file, mend the source's YAML"


def hold_to_known(workspace: Workspace, source: Source, table: pd.DataFrame) -> None:
    """Raises Problem where a table that is not required has areas that are in no look-up, or is a look-up of older areas
    that does not fit the present ones.

    Present areas are those that the source of residents lists, older ones those of their look-up; nothing is held to what
    was not fetched. Look-ups that are required are held to one another where the table of areas is made.
    """
    if source.stem in (workspace.geography.centroids.source, workspace.geography.boundaries.source):
        _hold_layers(workspace, source, table)
        return
    levels = {source.columns[name].level: name for name in source.key if source.columns[name].level}
    if source.required or not levels:
        return
    of_old = vintages(workspace.register)
    if own := next((level for level, vintage in of_old.items() if vintage.source == source.stem), None):
        _hold_look_up(workspace, source, table, of_old[own])
    elif "area" in levels:
        geography = workspace.geography
        by = next(lookup.by for lookup in geography.lookups if lookup.source == geography.residents_source)
        _hold_codes(source, table[levels["area"]], _table(workspace, geography.residents_source), by)
    elif older := next((level for level in levels if level in of_old), None):
        _hold_codes(source, table[levels[older]], _table(workspace, of_old[older].source), of_old[older].old)


def _hold_layers(workspace: Workspace, source: Source, table: pd.DataFrame) -> None:
    """The layers of origins and of outlines: the one that is new is held to the other, as it was last good."""
    geography = workspace.geography
    points, outlines = (geography.centroids.source, geography.boundaries.source)
    layers = {stem: table if stem == source.stem else _read(workspace, stem) for stem in (points, outlines)}
    if any(layer is None for layer in layers.values()):
        return
    shapes = layers[outlines].set_index(geography.boundaries.by).geometry
    try:
        hold_to_outlines(origins_of(geography, layers[points]), shapes, points, outlines)
    except Problem as problem:
        what = problem.what if problem.where == source.stem else f"{problem.where} does not fit it: {problem.what}"
        raise Problem(source.stem, what, problem.remedy) from problem


def _hold_codes(source: Source, codes: pd.Series, known: pd.DataFrame | None, by: str) -> None:
    if known is None:
        return
    strange = codes[~among(codes, known[by])].dropna()
    if len(strange):
        message = (
            f"{len(strange):,} of {len(codes):,} areas are in no look-up, the first is {plain(strange.iloc[0])[:60]}"
        )
        raise Problem(source.stem, message, REMEDY)


def _hold_look_up(workspace: Workspace, source: Source, table: pd.DataFrame, vintage: Vintage) -> None:
    geography = workspace.geography
    lookup = next(lookup for lookup in geography.lookups if lookup.source == geography.residents_source)
    residents = _table(workspace, lookup.source)
    if residents is None:
        return
    pairs = table.rename(columns={vintage.old: "old_code", vintage.new: "new_code", vintage.change: "change"})
    pairs = pairs[pairs["new_code"].str.fullmatch(geography.pattern("area"))]
    try:
        fit(pairs, residents.set_index(lookup.by)[lookup.gives["population"]])
    except VintageError as error:
        raise Problem(source.stem, f"it does not fit the present areas ({error})", REMEDY) from error


def _table(workspace: Workspace, stem: str) -> pd.DataFrame | None:
    """The table of a source's present snapshot, read once; None where there is none."""
    line = last_good(workspace.data / "snapshots" / stem, workspace.geography.stem)
    known, sha = workspace.kept.setdefault("known_codes", {}), line and line["sha"]
    if sha not in known:
        known[sha] = _read(workspace, stem)
    return known[sha]


def _read(workspace: Workspace, stem: str) -> pd.DataFrame | None:
    """The same, not kept: a layer takes more room than it may for as long as a refresh lasts."""
    folder, source = workspace.data / "snapshots" / stem, workspace.register.sources[stem]
    line = last_good(folder, workspace.geography.stem)
    if not line:
        return None
    shown = handed.shown(folder / line["sha"], source, workspace.geography)
    return tidy(source, workspace.geography, read_snapshot(folder, line["sha"]))[0] if shown is None else shown
