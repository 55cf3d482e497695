"""What the project's own source files ask for: addresses and queries, read there so that no recording drifts from them."""

from pathlib import Path
from urllib.parse import urlencode

from geodata.records import parse_yaml

SOURCES = Path(__file__).parents[2] / "pipelines" / "sources"


def fetch_rule(stem: str) -> dict:
    """The `fetch` part of one registered source."""
    path = SOURCES / f"{stem}.yml"
    return parse_yaml(path.read_text("utf-8"), path.name)[0]["fetch"]


def address(stem: str, part: str = "") -> str:
    """The address of a source's file, or of one part of it."""
    rule = fetch_rule(stem)
    url = rule.get("url") or rule["alternate_url"]
    return (url if isinstance(url, str) else url[0]).replace("{part}", part)


def overpass_addresses(stem: str) -> dict[str, str]:
    """The addresses of an Overpass source by date asked; by the empty text where the present is asked."""
    rule = fetch_rule(stem)
    asked = {}
    for day in rule.get("dates", [""]):
        setting = f'[date:"{day}T00:00:00Z"]' if day else ""
        query = f"[out:json][timeout:180]{setting};{' '.join(rule['query'].split())}"
        asked[str(day)] = f"{rule['url']}?{urlencode({'data': query})}"
    return asked
