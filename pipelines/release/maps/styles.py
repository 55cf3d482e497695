"""How the map files look when they are opened: the colours, and the MapLibre style of the tiles.

Tenths run from light to dark in steps of lightness that hold for colour-blind eyes too; what is not known is hatched or
dashed grey and never the colour of a tenth.
"""

from pipelines.release.maps.layers import Layer
from pipelines.release.maps.tiles import OUTLINES

# tenth 1, the greatest need, to tenth 10: ColorBrewer's YlGnBu in ten steps
DECILES = [
    "#081d58", "#203089", "#2350a1", "#1f78b4", "#299dc1", "#4cbac2", "#80cebb", "#bde5b5", "#e1f3b2", "#f7fcc6",
]  # fmt: skip
NOT_KNOWN, LINE, FAR_LINE = "#c9c9c9", "#8a8a8a", "#4d4d4d"
PLACE, CLOSED, OPPORTUNITY = "#b2182b", "#f4f4f4", "#e08214"
SHUT = ["closed", "replaced", "temporarily_closed"]  # of a place's states; one no longer listed need not be shut


def decile_field(layers: dict[str, Layer], indices: list[str]) -> str | None:
    """The field by which maps are coloured when they are opened: the national tenth of the first index that has one."""
    if "neighbourhoods" not in layers:
        return None
    fields = layers["neighbourhoods"].frame.columns
    return next((f"{index}_decile_nation" for index in indices if f"{index}_decile_nation" in fields), None)


def maplibre_style(archives: list[str], layers: dict[str, Layer], indices: list[str], notes: dict[str, str]) -> dict:
    """A MapLibre style (version 8) of the archives written. Sources are named beside the style: a program resolves
    `pmtiles://areas.pmtiles` against the address that the style came from."""
    sources = {name: {"type": "vector", "url": f"pmtiles://{name}.pmtiles"} for name in archives}
    decile = decile_field(layers, indices)
    parts = [{"id": "background", "type": "background", "paint": {"background-color": "#ffffff"}}]
    if "areas" in archives:
        parts += _areas(decile)
    parts += [_outline(name, width) for name, width in (("msoas", 0.5), ("authorities", 1.2)) if name in archives]
    if "places" in archives:
        parts += [_circles("places", PLACE, 2.5), _circles("opportunities", OPPORTUNITY, 4)]
        parts = [part for part in parts if part.get("source-layer") != "opportunities" or "opportunities" in layers]
    return {
        "version": 8,
        "name": notes["title"],
        "metadata": {"coloured_by": decile, "not_known": "dashed grey: never zero, never the lowest tenth", **notes},
        "sources": sources,
        "layers": parts,
    }


def _areas(decile: str | None) -> list[dict]:
    source = {"source": "areas", "source-layer": "areas", "minzoom": OUTLINES["areas"][1]}
    line = {
        "id": "areas-line",
        "type": "line",
        **source,
        "minzoom": 9,
        "paint": {"line-color": LINE, "line-width": 0.3},
    }
    if decile is None:
        return [line]
    steps = [value for tenth, colour in enumerate(DECILES, 1) for value in (tenth, colour)]
    fill = {"fill-color": ["match", ["get", decile], *steps, NOT_KNOWN], "fill-opacity": 0.85}
    dashes = {"line-color": FAR_LINE, "line-width": 0.8, "line-dasharray": [2, 2]}
    return [
        {"id": "areas-tenth", "type": "fill", **source, "paint": fill},
        line,
        {"id": "areas-not-known", "type": "line", **source, "filter": ["!", ["has", decile]], "paint": dashes},
    ]


def _outline(name: str, width: float) -> dict:
    paint = {"line-color": FAR_LINE, "line-width": width}
    lowest = {"msoas": 10}.get(name, OUTLINES[name][1])
    return {
        "id": f"{name}-line",
        "type": "line",
        "source": name,
        "source-layer": name,
        "minzoom": lowest,
        "paint": paint,
    }


def _circles(name: str, colour: str, radius: float) -> dict:
    inside = ["match", ["get", "status"], "open", colour, SHUT, CLOSED, NOT_KNOWN] if name == "places" else colour
    paint = {"circle-radius": radius, "circle-color": inside, "circle-stroke-color": colour, "circle-stroke-width": 1}
    return {"id": name, "type": "circle", "source": "places", "source-layer": name, "minzoom": 11, "paint": paint}
