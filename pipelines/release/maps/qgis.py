"""The QGIS styles that a GeoPackage carries: QML texts, in which what is not known is hatched and never a tenth's colour."""

from xml.etree.ElementTree import Element, SubElement, tostring

from pipelines.release.maps.styles import CLOSED, DECILES, FAR_LINE, LINE, NOT_KNOWN, OPPORTUNITY, PLACE, SHUT

VERSION = "3.22"  # the oldest QGIS that these are written for


def tenths(field: str, aliases: dict[str, str], first: str, last: str) -> str:
    """A style of areas by the tenth of the nation in `field`, with a hatch where it is not known. `first` and `last`: what
    the index calls tenths 1 and 10."""
    words = {1: f"1 ({first})", 10: f"10 ({last})"}
    rules = [(f'"{field}" = {n}', words.get(n, str(n)), _fill(colour)) for n, colour in enumerate(DECILES, 1)]
    return _qml([*rules, (f'"{field}" IS NULL', "not known", _hatch())], aliases)


def outlines(aliases: dict[str, str]) -> str:
    """A style of larger areas: their outlines alone."""
    nothing = [("SimpleFill", {"style": "no", "outline_color": _rgb(FAR_LINE), "outline_width": "0.4"})]
    return _qml([("", "outline", ("fill", nothing))], aliases)


def points(layer: str, aliases: dict[str, str]) -> str:
    """A style of places, those that are shut hollow, or of opportunities."""
    if layer != "places":
        return _qml([("", "candidate building or site", _circle(OPPORTUNITY, OPPORTUNITY))], aliases)
    shut = ", ".join(f"'{status}'" for status in SHUT)
    rules = [
        ("\"status\" = 'open'", "open", _circle(PLACE, PLACE)),
        (f'"status" IN ({shut})', "shut, for good or for a time", _circle(CLOSED, PLACE)),
        (
            f'"status" IS NULL OR "status" NOT IN (\'open\', {shut})',
            "not known whether open",
            _circle(NOT_KNOWN, FAR_LINE),
        ),
    ]
    return _qml(rules, aliases)


Symbol = tuple[str, list[tuple[str, dict[str, str]]]]


def _fill(colour: str) -> Symbol:
    return "fill", [("SimpleFill", {"color": _rgb(colour), "outline_color": _rgb(LINE), "outline_width": "0.06"})]


def _hatch() -> Symbol:
    ground = ("SimpleFill", {"color": _rgb("#ffffff"), "outline_color": _rgb(FAR_LINE), "outline_style": "dash", "outline_width": "0.1"})  # fmt: skip
    return "fill", [ground, ("LinePatternFill", {"angle": "45", "distance": "1.2", "color": _rgb(FAR_LINE), "line_width": "0.15"})]  # fmt: skip


def _circle(inside: str, ring: str) -> Symbol:
    return "marker", [("SimpleMarker", {"name": "circle", "size": "1.8", "color": _rgb(inside), "outline_color": _rgb(ring)})]  # fmt: skip


def _rgb(colour: str) -> str:
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"


def _qml(rules: list[tuple[str, str, Symbol]], aliases: dict[str, str]) -> str:
    root = Element("qgis", version=VERSION, styleCategories="Symbology|Fields")
    renderer = SubElement(
        root, "renderer-v2", type="RuleRenderer", symbollevels="0", forceraster="0", enableorderby="0"
    )
    tree, symbols = SubElement(renderer, "rules", key="root"), SubElement(renderer, "symbols")
    for position, (condition, words, (kind, layers)) in enumerate(rules):
        told = {"symbol": str(position), "label": words, "key": f"rule{position}"}
        SubElement(tree, "rule", {**told, **({"filter": condition} if condition else {})})
        symbol = SubElement(symbols, "symbol", type=kind, name=str(position), alpha="1", clip_to_extent="1", force_rhr="0")  # fmt: skip
        for style, properties in layers:
            layer = SubElement(symbol, "layer", {"class": style, "enabled": "1", "locked": "0", "pass": "0"})
            for key, value in properties.items():
                SubElement(layer, "prop", k=key, v=value)
    listed = SubElement(root, "aliases")
    for index, (field, alias) in enumerate(aliases.items(), 1):  # field 0 is the row's number
        SubElement(listed, "alias", field=field, index=str(index), name=alias)
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + tostring(root, encoding="unicode")
