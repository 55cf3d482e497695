"""Wire formats of the real sources (CSV, Nomis zip and API, ArcGIS, download pages) and the recording they go into."""

import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from geodata.crs import transform_xy

ARCGIS = "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services"
NOMIS = "https://www.nomisweb.co.uk/api/v01/dataset/NM_2021_1.data.csv"
EDITED_MS = 1_640_995_200_000  # when every layer says it was last edited: 1 January 2022, 00:00 UTC
PAGE = 2000
ONS = "Source: Office for National Statistics licensed under the Open Government Licence v.3.0"
ESRI = {"i": "Integer", "f": "Double"}  # by numpy kind; the rest is text


class Recording:
    """Recorded answers of one folder: an index per date and each body once, named by its hash."""

    def __init__(self):
        self.index: dict[str, list[dict]] = {}
        self.bodies: dict[str, bytes] = {}

    def add(self, date: str, url: str, body: bytes, content_type: str, extension: str) -> None:
        """Record the answer to GET `url` on `date`."""
        file = f"answers/{hashlib.sha256(body).hexdigest()[:16]}.{extension}"
        self.bodies[file] = body
        answer = {"method": "GET", "url": url, "status": 200, "content_type": content_type, "file": file}
        self.index.setdefault(date, []).append(answer)

    def write(self, folder: Path) -> None:
        """Write index and bodies, and remove bodies that no index names any more."""
        (folder / "answers").mkdir(exist_ok=True)
        for old in (folder / "answers").iterdir():
            if f"answers/{old.name}" not in self.bodies:
                old.unlink()
        for file, body in self.bodies.items():
            (folder / file).write_bytes(body)
        for date, answers in self.index.items():
            text = json.dumps(sorted(answers, key=lambda a: a["url"]), indent=1) + "\n"
            (folder / f"{date}.json").write_bytes(text.encode())


def csv_bytes(frame: pd.DataFrame, newline: str = "\r\n", encoding: str = "utf-8") -> bytes:
    """A CSV file; missing values are blank."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=newline)
    writer.writerow(frame.columns)
    writer.writerows(["" if pd.isna(v) else v for v in row] for row in frame.astype(object).itertuples(index=False))
    return out.getvalue().encode(encoding)


def json_bytes(content: dict) -> bytes:
    """JSON on one line, letters as they are."""
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()


def stored_zip(members: dict[str, bytes]) -> bytes:
    """A zip whose members are stored, not compressed, so that the bytes do not depend on a compression library."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in members.items():
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.create_system = 3
            archive.writestr(member, body)
    return out.getvalue()


def census_zip(number: str, areas: pd.DataFrame, table: pd.DataFrame, measured: bool) -> bytes:
    """A Nomis bulk zip: the table by area and by council, headings ending in "; measures: Value" where `measured`."""
    table = table.add_suffix("; measures: Value") if measured else table
    by_area = pd.concat([areas[["name", "code"]], table], axis=1)
    by_council = table.groupby([areas.lad_name, areas.lad_code]).sum().reset_index().sort_values("lad_code")
    members = {}
    for level, frame in (("ltla", by_council), ("lsoa", by_area)):
        frame = frame.set_axis(["geography", "geography code", *table.columns], axis=1)
        frame.insert(0, "date", 2021)
        members[f"census2021-{number}-{level}.csv"] = csv_bytes(frame, "\n")
    return stored_zip(members)


def add_nomis(recording: Recording, date: str, areas: pd.DataFrame) -> None:
    """Record the Nomis API answer for usual residents, first and only page."""
    query = "date=latest&geography=TYPE151&c2021_restype_3=0&measures=20100"
    lines = ['"GEOGRAPHY_CODE","OBS_VALUE","RECORD_COUNT"']
    lines += [f'"{code}",{people},{len(areas)}' for code, people in zip(areas.code, areas.residents)]
    url = f"{NOMIS}?{query}&select=geography_code,obs_value,record_count&RecordOffset=0"
    recording.add(date, url, ("\r\n".join(lines) + "\r\n").encode(), "text/csv", "csv")


def add_layer(
    recording: Recording,
    date: str,
    name: str,
    rows: pd.DataFrame,
    shapes: list | None = None,
    service: str = ARCGIS,
    credit: str = ONS,
    epsg: int = 27700,
    town: str = "Samplebridge",
) -> None:
    """Record an ArcGIS layer (`shapes` in EPSG `epsg`) or, without shapes, a table: metadata, count and its one page."""
    oid = "FID" if shapes else "ObjectId"
    rows = rows.reset_index(drop=True)
    rows.insert(0, oid, rows.index + 1)
    kinds = ["OID"] + [ESRI.get(rows[c].dtype.kind, "String") for c in rows.columns[1:]]
    fields = [{"name": c, "type": f"esriFieldType{k}", "alias": c} for c, k in zip(rows.columns, kinds)]
    meta = {
        "currentVersion": 11.4,
        "id": 0,
        "type": "Feature Layer" if shapes else "Table",
        "supportedQueryFormats": "JSON, geoJSON",
        "capabilities": "Query",
        "advancedQueryCapabilities": {"supportsPagination": True, "supportsOrderBy": True},
        "supportsPagination": True,
        "extent": {"spatialReference": {"wkid": epsg}},
        "name": name,
        "geometryType": f"esriGeometry{shapes[0].geom_type}" if shapes else None,
        "objectIdField": oid,
        "maxRecordCount": PAGE,
        "editingInfo": {"dataLastEditDate": EDITED_MS},
        "fields": fields,
        "description": f"Invented for {town}; only the form is the publisher's.",
        "copyrightText": credit,
    }
    records = json.loads(rows.to_json(orient="records", double_precision=10))
    page = f"where=1=1&outFields=*&orderByFields={oid}&resultOffset=0&resultRecordCount={PAGE}"
    if shapes:
        features = [
            {"type": "Feature", "id": r[oid], "geometry": shapely.geometry.mapping(s), "properties": r}
            for r, s in zip(records, shapes)
        ]
        crs = {"type": "name", "properties": {"name": f"EPSG:{epsg}"}}
        answer = {"type": "FeatureCollection", "crs": crs, "features": features}
        page, kind, extension = f"{page}&outSR={epsg}&f=geojson", "application/geo+json", "geojson"
    else:
        features = [{"attributes": r} for r in records]
        answer = {"objectIdFieldName": oid, "globalIdFieldName": "", "fields": fields, "features": features}
        page, kind, extension = f"{page}&returnGeometry=false&f=json", "application/json", "json"
    url = f"{service}/{name}/FeatureServer/0"
    for address, content, content_type, suffix in (
        (f"{url}?f=json", meta, "application/json", "json"),
        (f"{url}/query?where=1=1&returnCountOnly=true&f=json", {"count": len(rows)}, "application/json", "json"),
        (f"{url}/query?{page}", answer, kind, extension),
    ):
        recording.add(date, address, json_bytes(content), f"{content_type}; charset=utf-8", suffix)


def add_areas(recording: Recording, date: str, areas: pd.DataFrame, neighbours: pd.DataFrame) -> None:
    """Record the six ONS layers and tables: boundaries, points and look-ups."""
    both = pd.concat([areas[["code", "name", "shape"]], neighbours], ignore_index=True)
    middle = shapely.get_coordinates([s.centroid for s in both["shape"]])
    lon, lat = transform_xy(middle[:, 0], middle[:, 1], "EPSG:27700", "EPSG:4326")
    outlines = pd.DataFrame(
        {
            "LSOA21CD": both.code,
            "LSOA21NM": both.name,
            "BNG_E": np.round(middle[:, 0]).astype(int),
            "BNG_N": np.round(middle[:, 1]).astype(int),
            "LONG": np.round(lon, 6),
            "LAT": np.round(lat, 6),
            "Shape__Area": np.round([s.area for s in both["shape"]], 3),
            "Shape__Length": np.round([s.length for s in both["shape"]], 3),
        }
    )
    boundaries = "Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_BGC_V5"
    add_layer(recording, date, boundaries, outlines, both["shape"].tolist())
    points = [shapely.Point(p) for p in areas.point]
    add_layer(recording, date, "LSOA_PopCentroids_EW_2021_V4", areas[["code"]].set_axis(["LSOA21CD"], axis=1), points)
    headings = {
        "code": "LSOA21CD",
        "name": "LSOA21NM",
        "ward_code": "WD24CD",
        "ward_name": "WD24NM",
        "lad_code": "LAD24CD",
        "lad_name": "LAD24NM",
        "region_code": "RGN24CD",
        "region_name": "RGN24NM",
        "msoa_code": "MSOA21CD",
        "msoa_name": "MSOA21NM",
        "ruc_code": "RUC21CD",
        "ruc_name": "RUC21NM",
        "rural_or_urban": "Urban_rural_flag",
    }
    tables = {
        "LSOA21_WD24_LAD24_EW_LU": ["code", "name", "ward_code", "ward_name", "lad_code", "lad_name"],
        "LAD24_RGN24_EN_LU": ["lad_code", "lad_name", "region_code", "region_name"],
        "LSOA21_RUC21_EW_LU": ["code", "ruc_code", "ruc_name", "rural_or_urban"],
    }
    for name, columns in tables.items():
        add_layer(recording, date, name, areas[columns].drop_duplicates().rename(columns=headings))
    output_areas = areas[["code", "name", "msoa_code", "msoa_name"]].rename(columns=headings)
    output_areas = output_areas.loc[output_areas.index.repeat(2)].reset_index(drop=True)
    output_areas.insert(0, "OA21CD", [f"S98{n:06d}" for n in range(len(output_areas))])
    add_layer(recording, date, "OA_LSOA_MSOA_EW_DEC_2021_LU_v3", output_areas)
