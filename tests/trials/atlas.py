"""How quick the atlas of a release is, in a headless browser that draws by software: first view, another measure, a postcode.

Serves `DIR/releases/latest` as `commonground serve` does and prints a table: medians of several openings, each in a browser
context of its own with nothing kept. A line of 4G is 9 Mbit/s with 170 ms there and back, as WebPageTest has it.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))

from fixtures.browser import BROWSER, DRAWING, FLAGS, PATIENCE, SIZES, served  # noqa: E402

from pipelines.release.database import open_release  # noqa: E402

MBIT_S, ROUND_TRIP_MS = 9, 170
LINE_OF_4G = {"offline": False, "latency": ROUND_TRIP_MS, "downloadThroughput": MBIT_S * 125_000, "uploadThroughput": MBIT_S * 125_000}  # fmt: skip
DRAWN = """() => new Promise((done) => {
  const look = () => window.CG && CG.map && document.getElementById("map").dataset.shown && CG.map.loaded() && CG.map.areTilesLoaded()
    ? done(performance.now()) : setTimeout(look, 10);
  look();
})"""
# until the area chosen is drawn in a colour of its own
COLOURED = """(code) => new Promise((done) => {
  const own = (one) => one.properties.code === code && one.state.look !== undefined;
  const look = () => window.CG && CG.map && CG.state.area === code && CG.map.getLayer("area-fill")
    && CG.map.queryRenderedFeatures({ layers: ["area-fill"] }).some(own) ? (CG.map.once("render", () => done()), CG.map.triggerRepaint()) : setTimeout(look, 10);
  look();
})"""
MEASURE = """([value]) => new Promise((done) => {
  const select = document.getElementById("choose-member"), map = document.getElementById("map"), begun = performance.now();
  const look = () => map.dataset.shown.startsWith(`${value}/`) ? (CG.map.once("render", () => done(performance.now() - begun)), CG.map.triggerRepaint()) : setTimeout(look, 1);
  select.value = value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  look();
})"""


class Opened:
    """A page of the atlas with its own cache, and the bytes that came over the line for it."""

    def __init__(self, browser, slow: bool) -> None:
        self.context = browser.new_context(viewport=dict(zip(("width", "height"), SIZES["desk"], strict=True)))
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.bytes = 0
        line = self.context.new_cdp_session(self.page)
        line.send("Network.enable")
        line.on("Network.loadingFinished", self._came)
        if slow:
            line.send("Network.emulateNetworkConditions", LINE_OF_4G)

    def _came(self, what: dict) -> None:
        self.bytes += int(what["encodedDataLength"])

    def drawn(self, address: str) -> float:
        """Seconds until the first view stands."""
        begun = time.monotonic()
        self.page.goto(address, wait_until="commit")  # what is loaded later is waited for by what it draws
        self.page.evaluate(DRAWN)
        return time.monotonic() - begun


def first_view(opened: Opened, address: str, _) -> dict[str, float]:
    took = opened.drawn(address)
    return {"first view, s": took, "first view, MB over the line": opened.bytes / 1e6}


def another_measure(opened: Opened, address: str, _) -> dict[str, float]:
    opened.drawn(address)
    values = opened.page.eval_on_selector_all("#choose-member option", "all => all.map((one) => one.value)")
    took = [opened.page.evaluate(MEASURE, [value]) for value in values[1:9]]
    return {"another measure, ms": statistics.median(took), "the slowest of eight, ms": max(took)}


def postcode(opened: Opened, address: str, asked: tuple[str, str]) -> dict[str, float]:
    opened.drawn(address)
    before, begun = opened.bytes, time.monotonic()
    box = opened.page.locator("#find")
    box.fill(asked[0])
    box.press("Enter")
    opened.page.evaluate(COLOURED, asked[1])
    return {"postcode to its area, s": time.monotonic() - begun, "and MB over the line": (opened.bytes - before) / 1e6}


def by_link(opened: Opened, address: str, asked: tuple[str, str]) -> dict[str, float]:
    begun = time.monotonic()
    opened.page.goto(f"{address}#a={asked[1]}", wait_until="commit")
    opened.page.evaluate(COLOURED, asked[1])
    return {"a link to an area, from nothing, s": time.monotonic() - begun, "a link, MB over the line": opened.bytes / 1e6}  # fmt: skip


def main() -> None:
    """Print the table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("data", type=Path, help="a DIR with a release")
    words.add_argument("--times", type=int, default=5, help="openings of each kind")
    asked = words.parse_args()
    releases = asked.data / "releases"
    with open_release(releases / "latest") as connection:
        found = connection.execute("select postcode, area_code from postcode order by hash(postcode) limit ?", [asked.times]).fetchall()  # fmt: skip
    trials: list[tuple[Callable, bool]] = [(first_view, False), (another_measure, False), (postcode, False), (first_view, True), (postcode, True), (by_link, True)]  # fmt: skip
    with served(releases) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=[*FLAGS, *DRAWING])
        for trial, slow in trials:
            told: dict[str, list[float]] = {}
            for pair in found:
                opened = Opened(browser, slow)
                for name, value in trial(opened, f"{address}/atlas/index.html", pair).items():
                    told.setdefault(name, []).append(value)
                opened.context.close()
            for name, values in told.items():
                line = f"{MBIT_S} Mbit/s, {ROUND_TRIP_MS} ms" if slow else "no line between"
                print(
                    f"{line:18}  {name:38} {statistics.median(values):8.3f}   ({min(values):.3f} to {max(values):.3f})"
                )


if __name__ == "__main__":
    main()
