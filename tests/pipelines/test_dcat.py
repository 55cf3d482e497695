"""dcat.jsonld as another library reads it: one dataset with what catalogues require, and its chief files as they are."""

import hashlib
import json
from urllib.parse import unquote

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF, XSD

FROM = "https://data.example/releases/1/"
SPDX = "http://spdx.org/rdf/terms#"


@pytest.fixture(scope="module")
def graph(town):
    return Graph().parse(data=(town.release / "dcat.jsonld").read_text("utf-8"), format="json-ld", publicID=FROM)


def test_the_dataset_has_what_a_catalogue_requires(town, graph):
    (dataset,) = graph.subjects(RDF.type, DCAT.Dataset)
    assert dataset == URIRef(FROM)
    title, version, built, caution = town.query("select title, version, built_at, ecological_fallacy from release")[0]
    assert graph.value(dataset, DCTERMS.title) == Literal(title, lang="en")
    assert caution in graph.value(dataset, DCTERMS.description)
    assert "invented" in graph.value(dataset, DCTERMS.description)
    assert str(graph.value(dataset, DCAT.version)) == version
    assert graph.value(dataset, DCTERMS.issued) == Literal(built, datatype=XSD.dateTime)
    assert [str(one) for one in graph.objects(dataset, DCTERMS.license)] == [
        "https://opendatacommons.org/licenses/odbl/1-0/"
    ]
    for needed in (DCTERMS.publisher, DCTERMS.spatial, DCTERMS.identifier, DCAT.theme, DCTERMS.accessRights):
        assert graph.value(dataset, needed), needed
    assert {title for (title,) in town.query("select title from index_method")} <= {str(word) for word in graph.objects(dataset, DCAT.keyword)}  # fmt: skip
    period = graph.value(dataset, DCTERMS.temporal)
    first, last = (graph.value(period, end).toPython() for end in (DCAT.startDate, DCAT.endDate))
    assert first < last
    assert str(last)[:4] <= built[:4]


def test_every_distribution_is_a_file_of_the_release_with_its_size_hash_and_licence(town, graph):
    package = json.loads((town.release / "datapackage.json").read_text("utf-8"))
    (dataset,) = graph.subjects(RDF.type, DCAT.Dataset)
    told = {resource["path"]: resource for resource in package["resources"] if isinstance(resource["path"], str)}
    found = {}
    for one in graph.objects(dataset, DCAT.distribution):
        assert (one, RDF.type, DCAT.Distribution) in graph
        name = unquote(str(graph.value(one, DCAT.downloadURL)).removeprefix(FROM))
        body = (town.release / name).read_bytes()
        checksum = graph.value(one, URIRef(SPDX + "checksum"))
        assert str(graph.value(checksum, URIRef(SPDX + "algorithm"))) == SPDX + "checksumAlgorithm_sha256"
        found[name] = str(graph.value(checksum, URIRef(SPDX + "checksumValue"))).lower()
        assert found[name] == hashlib.sha256(body).hexdigest()
        assert int(graph.value(one, DCAT.byteSize)) == len(body)
        assert str(graph.value(one, DCAT.mediaType)).startswith("https://www.iana.org/assignments/media-types/")
        licences = {str(licence) for licence in graph.objects(one, DCTERMS.license)}
        assert licences == {licence["path"] for licence in told.get(name, package)["licenses"]}
    assert {"commonground.duckdb", "geojson/neighbourhoods.geojson", "csv/by_region/S99800001.csv", "geopackage/ogl.gpkg"} <= set(found)  # fmt: skip


def test_it_needs_no_network(town):
    assert isinstance(json.loads((town.release / "dcat.jsonld").read_text("utf-8"))["@context"], dict)
