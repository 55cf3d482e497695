"""The table of areas every other table joins to, and the area set that a release is about."""

import logging
from typing import Any

import geopandas
import numpy as np
import pandas as pd

from geodata.crs import DECIMALS, PUBLISHED, transform_xy
from geodata.geography import Geography
from geodata.reference import read_grouping, read_names
from pipelines.areas.held import hold_levels, unmatched_areas, unmatched_claims, whole_groups
from pipelines.areas.names import NAMED, difference, names_of, resolve
from pipelines.areas.postcodes import origins
from pipelines.core.problem import Problem
from pipelines.core.schema import schema
from pipelines.core.step import Given, Keep, Output, Step, Tables
from pipelines.core.store import json_bytes, sha256
from pipelines.register.workspace import Workspace
from pipelines.tables.origins import hold_to_outlines, origins_of

log = logging.getLogger("commonground.areas")
AREA = schema(
    "area_code str, area_name str, ward_code str?, ward_name str?, msoa_code str?, msoa_name str?, authority_code str,"
    "authority_name str, combined_authority_code str?, combined_authority_name str?, region_code str?, region_name str?,"
    "nation_code str, nation_name str, like_areas_code str?, like_areas_name str?, rural_or_urban str?, population Int64,"
    "population_mid_year Int64?,"
    "x float64, y float64, longitude float64, latitude float64, origin_kind str",
    key="area_code",
)
COLUMNS = list(AREA.types)


def areas_step(workspace: Workspace) -> Step[Tables]:
    """The step that makes the table of areas."""
    geography = workspace.geography
    spine = dict.fromkeys([*geography.spine, geography.boundaries.source])
    return Step(
        "geography/areas",
        "geography",
        "Every small area of the nation with its look-ups, residents and origin.",
        (*(f"table/{stem}" for stem in spine), "geography/postcode"),
        {
            "geography": geography,
            "groupings": [read_grouping(stem) for stem in geography.groupings],
            "names": read_names(geography.stem),
        },
        make_areas,
        {"areas": AREA},
    )


def make_areas(given: Given) -> Tables:
    """Every small area of the nation with its look-ups, residents and origin (`x`, `y` in the geography's CRS).

    The origin is where residents are taken to start from; `origin_kind` says how it was made. Raises Problem when a
    required look-up leaves an area without an authority, a region (where there are any) or a population; warns where the
    table of names is behind.
    """
    geography: Geography = given.definition["geography"]
    areas, told = _origins(given, geography)
    left_out: dict[str, str] = {}
    for lookup in geography.lookups:
        rows = given.frame(f"table/{lookup.source}")
        other = pd.DataFrame({lookup.by: rows[lookup.by], **{ours: rows[its] for ours, its in lookup.gives.items()}})
        areas = areas.merge(other, how="left", left_on=lookup.joins, right_on=lookup.by, validate="m:1")
        areas = areas.drop(columns=[lookup.by] if lookup.by not in COLUMNS else [])
        if len(rows):  # one that is unavailable is told of already
            told += unmatched_areas(lookup.source, next(iter(lookup.gives)), areas, lookup.joins)
    for grouping in given.definition["groupings"]:
        grouping, partial = whole_groups(grouping, areas)
        left_out |= partial
        areas = areas.merge(grouping, how="left", on="authority_code", validate="m:1")
    areas["nation_code"], areas["nation_name"] = geography.nation_code, geography.nation_name
    if "population_mid_year" in areas and areas["population_mid_year"].isna().any():
        areas["population_mid_year"] = None  # of all areas or of none, so that one mean is by one population
    for column in COLUMNS:
        if column not in areas:
            areas[column] = None
    regions = {column for lookup in geography.lookups for column in lookup.gives} & {"region_code"}
    _require(areas, ["authority_code", *regions, "population", "x", "y"])
    areas = areas[COLUMNS].sort_values("area_code").reset_index(drop=True)
    source_of = {ours: lookup.source for lookup in geography.lookups for ours in lookup.gives}
    hold_levels(("ward", "authority", "region"), areas, source_of)
    told += [*dict.fromkeys(left_out.values()), *unmatched_claims(geography, areas)]
    differs = difference(given.definition["names"], areas)
    told += [differs] if differs else []
    for sentence in told:
        log.warning("%s", sentence)
    counts: dict[str, Any] = {"authorities": int(areas["authority_code"].nunique())}
    counts |= ({"told": told} if told else {}) | ({"left_out": left_out} if left_out else {})
    return {"areas": areas}, counts


def _origins(given: Given, geography: Geography) -> tuple[pd.DataFrame, list[str]]:
    """Where residents of each area are taken to start from, and how that point was made; and what of it is doubtful.

    The publisher's point where it is weighted by population; else the mean of the area's live postcodes, which lies
    where homes are, as a bare geometric centre need not; that centre only where no postcode is held.
    """
    layer = geography.centroids
    points = geopandas.read_parquet(given[f"table/{layer.source}"].path)
    kind = (
        points[layer.kind].astype("str").add(" centroid")
        if layer.kind
        else pd.Series(None, index=points.index, dtype="str")
    )
    kind = kind.fillna(layer.kind_if_absent)
    found = origins_of(geography, points).assign(origin_kind=kind)
    outlines = geopandas.read_parquet(given[f"table/{geography.boundaries.source}"].path)
    outlines = outlines.set_index(geography.boundaries.by).geometry
    told = hold_to_outlines(found, outlines, layer.source, geography.boundaries.source)
    means = origins(given.frame("geography/postcode"))
    means = means.set_index("area_code").reindex(found["area_code"]).reset_index()
    better = (found["origin_kind"] != layer.kind_if_absent) & means["x"].notna()
    for column in ("x", "y"):
        found[column] = found[column].mask(better, means[column])
    found["origin_kind"] = found["origin_kind"].mask(better, "mean of the area's live postcodes")
    longitude, latitude = transform_xy(found["x"].to_numpy(), found["y"].to_numpy(), geography.crs, PUBLISHED)
    return found.assign(longitude=np.round(longitude, DECIMALS), latitude=np.round(latitude, DECIMALS)), told


def _require(areas: pd.DataFrame, columns: list[str]) -> None:
    for column in columns:
        lost = areas.loc[areas[column].isna(), "area_code"]
        if len(lost):
            raise Problem(
                "areas",
                f"{len(lost):,} areas have no {column}, the first is {lost.iloc[0]}",
                "check the vintages of the look-ups in the geography's file",
            )


def scope_step(workspace: Workspace) -> Step[Tables]:
    """The step that finds the areas asked. Kept as scope.json too, by which DIR is known."""
    geography = workspace.geography
    return Step(
        "geography/scope",
        "geography",
        "The areas the release holds, resolved from the names asked.",
        ("geography/areas",),
        {"geography": geography, "asked": workspace.asked},
        make_scope,
        {"scope": schema("area_code str", key="area_code")},
        keeps=Keep("scope.json", _scope_json, lambda scope: sha256(_scope_json(scope))),
    )


def make_scope(given: Given) -> Tables:
    """The codes of the areas the release holds, resolved from the names asked.

    Raises Problem (usage) for a name that is no authority, combined authority, region or nation, suggesting near ones.
    """
    areas, asked = given.frame("geography/areas"), given.definition["asked"]
    geography: Geography = given.definition["geography"]
    names = names_of(areas)
    left_out = {key.casefold(): told for key, told in given["geography/areas"].meta.get("left_out", {}).items()}
    if partial := [told for name in asked if (told := left_out.get(" ".join(name.casefold().split())))]:
        raise Problem("--area", partial[0], "ask for its authorities by name, or bring the grouping up to date")
    codes = [resolve(names, name, geography) for name in asked] or [geography.nation_code]
    chosen = np.zeros(len(areas), dtype=bool)
    for code in codes:
        for level in NAMED:
            chosen |= (areas[f"{level}_code"] == code).to_numpy()
    scope = areas.loc[chosen, ["area_code"]].reset_index(drop=True)
    return {"scope": scope}, {"geography": geography.stem, "asked": list(asked), "codes": sorted(codes)}


def _scope_json(scope: Output) -> bytes:
    return json_bytes(scope.meta)
