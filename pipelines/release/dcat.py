"""dcat.jsonld (DCAT 3): a release and its chief files as catalogues of data read them, told of nothing but itself.

Addresses are relative to the file, so that it holds wherever the folder is served from; its context is within it.
"""

from fnmatch import fnmatch

import duckdb

from pipelines.core.query import records

CHIEF = (
    "commonground.duckdb", "geopackage/*.gpkg", "geojson/*.geojson", "parquet/*.parquet", "tiles/*.pmtiles",
    "csv/by_region/*.csv",
)  # fmt: skip
PUBLISHER = "Common Ground contributors"
KEYWORDS = ("deprivation", "social infrastructure", "community ownership", "neighbourhoods")
PUBLIC = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
SOCIETY = "http://publications.europa.eu/resource/authority/data-theme/SOCI"
ENGLISH = "http://publications.europa.eu/resource/authority/language/ENG"
MEDIA_TYPE = "https://www.iana.org/assignments/media-types/"
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
DATES = """
    select min(of)::varchar as first, max(of)::varchar as last from (
        select coalesce(try_cast(n.source_as_at as date), s.vintage) as of
        from source as s join snapshot as n using (source) where n.state != 'unavailable')"""


def catalogue(connection: duckdb.DuckDBPyConnection, files: list[dict], licences: list[dict]) -> dict:
    """The description of a release as JSON-LD. `files`: those of its data package (path, mediatype, bytes, hash and
    licenses of each), of which the chief ones are told; `licences`: those of the whole, as a data package has them."""
    release = records(connection, "select * from release")[0]
    dates = records(connection, DATES)[0]
    titles = connection.execute("select title from index_method order by not is_headline, index_name").fetchall()
    chief = [file for pattern in CHIEF for file in files if fnmatch(file["path"], pattern)]
    return {
        "@context": CONTEXT,
        "@id": "./",
        "@type": "dcat:Dataset",
        "dct:identifier": f"common-ground-{release['geography']}-{release['version']}",
        "dct:title": _words(release["title"]),
        "dct:description": _words(_description(release, [title for (title,) in titles])),
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": PUBLISHER},
        "dct:issued": {"@type": "xsd:dateTime", "@value": release["built_at"]},
        "dcat:version": release["version"],
        "dct:license": _addresses(licences),
        "dct:accessRights": {"@id": PUBLIC},
        "dct:language": {"@id": ENGLISH},
        "dcat:theme": {"@id": SOCIETY},
        "dcat:keyword": [_words(word) for word in (*KEYWORDS, *(title for (title,) in titles))],
        "dct:spatial": {"@type": "dct:Location", "skos:prefLabel": _words(release["areas_asked"])},
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            **{
                f"dcat:{name}": {"@type": "xsd:date", "@value": dates[of]}
                for name, of in (("startDate", "first"), ("endDate", "last"))
                if dates[of]
            },
        },
        "dcat:landingPage": {"@id": "index.html"},
        "dcat:distribution": [_distribution(file) for file in chief],
    }


def _description(release: dict, indices: list[str]) -> str:
    made_up = "Everything in it is invented, to try the software. " if release["is_invented"] else ""
    told = f"{release['n_areas']:,} small areas with {', '.join(indices)}, what they rest on and how sure they are. "
    return made_up + told + release["ecological_fallacy"]


def _distribution(file: dict) -> dict:
    return {
        "@id": f"{file['path']}#distribution",
        "@type": "dcat:Distribution",
        "dct:title": _words(file["path"]),
        "dcat:accessURL": {"@id": "index.html#files"},
        "dcat:downloadURL": {"@id": file["path"]},
        "dcat:mediaType": {"@id": MEDIA_TYPE + file["mediatype"]},
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(file["bytes"])},
        "dct:license": _addresses(file["licenses"]),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": file["hash"].removeprefix("sha256:")},
        },
    }


def _addresses(licences: list[dict]) -> list[dict]:
    return [{"@id": licence["path"]} for licence in licences]


def _words(text: str) -> dict:
    return {"@language": "en", "@value": text}
