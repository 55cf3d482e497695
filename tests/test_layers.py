"""One asset of each layer, materialized alone by Dagster itself on a refreshed DIR: what it yields, and what its checks find."""

import dataclasses
import shutil

import dagster as dg
import pytest

from assets_defs.definitions import build_definitions
from pipelines.core.step import Check, Output
from pipelines.indicators.indicator import indicator_step
from pipelines.register.workspace import open_workspace
from pipelines.release.agreement import agreement
from pipelines.release.contents import read_checks

LAYERS = {
    "snapshots": "snapshot/gla_museums_2022",
    "tables": "table/gla_museums_2022",
    "geography": "geography/outlines",
    "places": "places/place_group",
    "reach": "reach/library",
    "indicators": "indicator/nearest_library_m",
    "indices": "index/hardship",
    "ownership": "ownership/typology",
    "release": "release",
}


@pytest.fixture(scope="module")
def copy(town, tmp_path_factory):
    data = tmp_path_factory.mktemp("layers") / "data"
    shutil.copytree(town.data, data, symlinks=True, ignore=shutil.ignore_patterns("storage", "history"))
    return dataclasses.replace(town.settings, data=data)


@pytest.fixture(scope="module")
def assets(copy) -> dict[str, dg.AssetsDefinition]:
    graph = build_definitions(open_workspace(copy))
    return {"/".join(key.path): asset for asset in graph.assets for key in asset.keys}


def test_there_is_an_asset_of_every_layer(assets):
    groups = {group for asset in assets.values() for group in asset.group_names_by_key.values()}
    assert groups == set(LAYERS)


@pytest.mark.parametrize("layer", LAYERS)
def test_an_asset_alone(layer, assets, copy):
    key = LAYERS[layer]
    graph = build_definitions(open_workspace(copy))
    result = dg.materialize([assets[key]], resources=graph.resources, instance=dg.DagsterInstance.ephemeral())
    assert result.success
    (made,) = result.asset_materializations_for_node(key.replace("/", "__"))
    metadata = made.metadata
    assert metadata["reused"].value is True  # all was made by the refresh
    checks = result.get_asset_check_evaluations()
    assert all(check.passed for check in checks), [check for check in checks if not check.passed]
    if layer not in ("snapshots", "release"):
        assert metadata["dagster/row_count"].value > 0
        assert assets[key].metadata_by_key[assets[key].key]["dagster/column_schema"].columns
        assert metadata["preview"].value.startswith("| ")
    if layer == "release":
        assert {check.check_name for check in checks} == {"agreement", *read_checks()}


def checks_of(town, stem: str) -> dict[str, Check]:
    workspace = town.workspace()
    return {check.name: check for check in indicator_step(workspace, workspace.register.indicators[stem]).checks}


@pytest.mark.parametrize(("n_null", "before", "passed"), [(50, {"rows": 100, "n_null": 10}, False), (12, {"rows": 100, "n_null": 10}, True), (90, {}, True)])  # fmt: skip
def test_more_areas_without_a_value_than_before_are_told(town, n_null, before, passed):
    check = checks_of(town, "nearest_library_m")["nulls"]
    output = Output("x", {}, "", 100, False, {"n_null": n_null}, {}, before)
    assert check.finds(output)[0] is passed


def test_an_index_that_goes_less_with_its_benchmark_than_its_file_says_is_told(town):
    indices = town.workspace().register.indices
    assert agreement(indices, town.release)[0]
    wanting = indices["hardship"].model_copy(update={"least_agreement": 0.999})
    passed, found = agreement(indices | {"hardship": wanting}, town.release)
    assert not passed
    assert found.startswith("hardship 0.9")


def test_an_index_that_cannot_be_compared_does_not_agree(town):
    other = town.workspace().register.indices["hardship"].model_copy(update={"stem": "other"})
    passed, found = agreement({"other": other}, town.release)
    assert not passed
    assert "other could not be compared" in found
