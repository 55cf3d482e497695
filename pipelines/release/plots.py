"""The charts of a method report as inline SVG: the same bytes for the same numbers, no script, nothing from outside.

Drawn by matplotlib's SVG backend without pyplot, so that no state outlives a chart but the style, which `styled` sets
and puts back.
"""

import io
import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from pipelines.core.plain_text import UNSEEN

BLUE, PALE, ORANGE, INK, QUIET, LINE = "#1f5a7a", "#9cc3d8", "#c4570b", "#1c2733", "#55616e", "#d5dce3"
NEGATIVE, MIDDLE, POSITIVE = (179, 84, 6), (250, 250, 250), (31, 90, 122)  # apart for the colour-blind too
BINS = 40
WIDE = 9.2  # inches; the page shows a chart as wide as it is itself
RIGHT, TOP = 0.25, 0.35  # inches beside and above what is drawn
STYLE: dict[Any, Any] = {
    "svg.hashsalt": "common ground",  # ids follow from content, not from chance
    "svg.fonttype": "none",  # text stays text
    "text.parse_math": False,  # names are no formulas
    "font.size": 10,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "text.color": INK,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}
OUTSIDE = re.compile(r"^.*?(?=<svg)|<metadata>.*?</metadata>|<style type=.*?</style>|<!--.*?-->", re.S)
SIZE = re.compile(r'<svg [^>]*?viewBox="([^"]*)"[^>]*>', re.S)
IDS = re.compile(r'(\bid="|url\(#|href="#)')


@dataclass(frozen=True)
class Caption:
    """What is read out for a chart: its title, and what it shows."""

    title: str
    description: str


@contextmanager
def styled() -> Iterator[None]:
    """The style of every chart, whatever the reader's own settings of matplotlib are; put back at the end."""
    import matplotlib  # here and below, for it takes a second

    plain: dict[Any, Any] = {
        k: v for k, v in matplotlib.rcParamsDefault.items() if not k.startswith(("backend", "date.", "toolbar"))
    }
    with matplotlib.rc_context({**plain, **STYLE}):
        yield


class Charts:
    """The charts of one page; the number of a chart makes its ids its own."""

    def __init__(self):
        self._numbers = itertools.count(1)

    def histograms(self, panels: list[tuple[str, np.ndarray]], x: str, y: str, caption: Caption) -> str:
        """A small histogram per column (name and its known values), all of `BINS` bars."""
        across = min(3, len(panels))
        width = (WIDE - 0.9 - RIGHT - 0.75 * (across - 1)) / max(across, 2)
        figure, axes = _axes(across, -(-len(panels) // across), width, 1.4, left=0.9, gap=0.75)
        for axis in axes[len(panels) :]:
            axis.set_axis_off()
        for axis, (name, values) in zip(axes, panels, strict=False):
            _histogram(axis, values)
            axis.set(title=_shortened(name, 34), xlabel=x, ylabel=y)
        return self._drawn(figure, caption)

    def heat_map(self, names: list[str], matrix: np.ndarray, caption: Caption) -> str:
        """A square of correlations, each written in its cell; a cell that is not known is left empty."""
        n, names = len(names), [_shortened(name, 26) for name in names]
        figure, (axis,) = _axes(1, 1, max(0.75 * n, 3.2), 0.42 * n, left=_room(names), bottom=0.3 + 0.55 * _room(names))
        for row, column in itertools.product(range(n), repeat=2):
            background, ink = shade(matrix[row, column])
            axis.barh(row, 1, height=1, left=column - 0.5, color=background, edgecolor="white")
            shown = "" if np.isnan(matrix[row, column]) else f"{matrix[row, column] + 0.0:.2f}".replace("-", "−")
            axis.text(column, row, shown, ha="center", va="center", color=ink)
        axis.set_xticks(range(n), names, rotation=30, ha="right")
        axis.set_yticks(range(n), names)
        axis.set(xlim=(-0.5, n - 0.5), ylim=(n - 0.5, -0.5), title="Spearman rank correlation, −1 to 1")
        axis.tick_params(length=0)
        axis.spines[:].set_visible(False)
        return self._drawn(figure, caption)

    def importance(self, names: list[str], weights: list[float], with_index: list[float], caption: Caption) -> str:
        """The weight of each domain beside how closely it goes with the index."""
        names, at = [_shortened(name, 26) for name in names], np.arange(len(names))
        room = _room(names)
        figure, axes = _axes(2, 1, (WIDE - room - RIGHT - 0.4) / 2, 0.33 * len(names), left=room, gap=0.4)
        axes[0].barh(at, 100 * np.array(weights), color=PALE, height=0.6)
        axes[1].barh(at, np.nan_to_num(np.array(with_index, dtype=float)), color=BLUE, height=0.6)
        axes[0].set(title="Weight", xlabel="share of the index (%)")
        axes[1].set(title="Goes with the index", xlabel="Spearman rank correlation with the index")
        axes[1].set_xlim(min(0, *np.nan_to_num(with_index)) * 1.05, 1)
        for axis, labels in zip(axes, (names, [""] * len(names)), strict=True):
            axis.set_yticks(at, labels)
            axis.invert_yaxis()
            _lined(axis, "x")
        return self._drawn(figure, caption)

    def caterpillar(self, rank: np.ndarray, low: np.ndarray, high: np.ndarray, scope: str, caption: Caption) -> str:
        """The published rank of areas in order, each with a bar from its low to its high rank."""
        figure, (axis,) = _axes(1, 1, WIDE - 1.0 - RIGHT, 3.8, left=1.0, top=0.65)
        gap = np.full(len(rank), np.nan)
        x, y = (np.column_stack(three).ravel() for three in ((rank, rank, gap), (low, high, gap)))  # one line for all
        axis.plot(x, y, color=PALE, linewidth=2.2, label="5 % to 95 % of the versions")
        axis.plot(rank, rank, ".", color=ORANGE, markersize=4, label="rank as published")
        axis.invert_yaxis()
        axis.set(xlabel=f"published rank in the {scope} (1 = greatest)", ylabel=f"rank in the {scope} (1 = greatest)")
        _keyed(axis, caption.title)
        _lined(axis, "y")
        _thousands(axis.xaxis, axis.yaxis)
        return self._drawn(figure, caption)

    def sobol(self, names: list[str], first: np.ndarray, total: np.ndarray, caption: Caption) -> str:
        """Sobol indices as pairs of bars; `first` and `total` hold the index and the half-width of its interval."""
        names, at = [_shortened(name, 34) for name in names], np.arange(len(names))
        room = _room(names)
        figure, (axis,) = _axes(1, 1, WIDE - room - RIGHT, 0.55 * len(names) + 0.3, left=room, top=0.65)
        for shift, (value, half), colour, label in ((-0.2, first, BLUE, "alone (first order)"), (0.2, total, PALE, "with all it does together with others (total)")):  # fmt: skip
            error = {"ecolor": INK, "elinewidth": 1, "capsize": 3}
            axis.barh(at + shift, value, 0.38, xerr=half, color=colour, label=label, error_kw=error)
        axis.axvline(0, color=QUIET, linewidth=0.8)
        axis.set_yticks(at, names)
        axis.invert_yaxis()
        axis.set(xlabel="share of the variance of the mean rank shift (0–1), with 95 % interval")
        _keyed(axis, caption.title)
        _lined(axis, "x")
        return self._drawn(figure, caption)

    def _drawn(self, figure, caption: Caption) -> str:
        from matplotlib.backends.backend_svg import FigureCanvasSVG

        file = io.StringIO()
        FigureCanvasSVG(figure).print_svg(file, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
        own = f"c{next(self._numbers)}-"
        svg = IDS.sub(rf"\g<1>{own}", OUTSIDE.sub("", file.getvalue()))
        box = SIZE.search(svg)[1]
        wide = round(100 * float(box.split()[2]) / (72 * WIDE))
        title, description = (escape(UNSEEN.sub(" ", one)) for one in (caption.title, caption.description))
        return SIZE.sub(
            lambda _: (
                f'<svg viewBox="{box}" style="max-width:{wide}%;min-width:{34 * wide // 100}rem" role="img"'
                f' aria-labelledby="{own}t {own}d"><title id="{own}t">{title}</title><desc id="{own}d">{description}</desc>'
            ),
            svg,
        ).strip()


def shade(value: float) -> tuple[str, str]:
    """The background of a correlation, and the ink to be read on it."""
    if np.isnan(value):
        return "#ffffff", QUIET
    far, share = (POSITIVE if value > 0 else NEGATIVE), min(abs(value), 1)
    mixed = [round(m + (f - m) * share) for m, f in zip(MIDDLE, far, strict=True)]
    return "#{:02x}{:02x}{:02x}".format(*mixed), _ink(mixed)


def _ink(background: list[int]) -> str:
    """Black or white, whichever is read better (WCAG 2, relative luminance; 0.179 is as far from both)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (one / 255 for one in background)]
    return "#000000" if 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] > 0.179 else "#ffffff"


def _axes(
    across: int,
    down: int,
    width: float,
    height: float,
    left: float = 0.6,
    bottom: float = 0.6,
    gap: float = 0.6,
    top: float = TOP,
) -> tuple:
    """A figure and its axes, `width` and `height` of each pane in inches; margins are stated, since to find the
    smallest that fit takes several times as long as to draw."""
    from matplotlib.figure import Figure

    whole = (
        left + across * width + (across - 1) * gap + RIGHT,
        top + down * height + (down - 1) * (bottom + top) + bottom,
    )
    figure = Figure(figsize=whole)
    figure.subplots_adjust(
        left / whole[0],
        bottom / whole[1],
        1 - RIGHT / whole[0],
        1 - top / whole[1],
        gap / width,
        (bottom + top) / height,
    )
    return figure, list(figure.subplots(down, across, squeeze=False).ravel())


def _room(names: list[str]) -> float:
    """Inches for the longest of some names beside an axis."""
    return 0.25 + 0.078 * max(map(len, names))


def _histogram(axis, values: np.ndarray) -> None:
    if not len(values):
        axis.text(0.5, 0.5, "not known in any area", ha="center", va="center", transform=axis.transAxes, color=QUIET)
        axis.set(xticks=[], yticks=[])
        return
    counts, edges = np.histogram(values, bins=BINS)
    axis.stairs(counts, edges, fill=True, color=BLUE)
    axis.axvline(np.median(values), color=ORANGE, linewidth=1.3, label="median")
    _lined(axis, "y")
    _thousands(axis.xaxis, axis.yaxis)
    axis.locator_params(axis="y", nbins=4)
    axis.locator_params(axis="x", nbins=5)


def _keyed(axis, title: str) -> None:
    """The title above, and between it and the axis what the colours mean."""
    axis.set_title(title, pad=24)
    axis.legend(loc="lower left", bbox_to_anchor=(-0.01, 0.99), ncols=2, frameon=False, fontsize=9)


def _lined(axis, which: str) -> None:
    axis.grid(axis=which, color=LINE, linewidth=0.7)


def _thousands(*axes) -> None:
    for axis in axes:
        axis.set_major_formatter(lambda value, _: f"{value:,.10g}".replace("-", "−"))


def _shortened(name: str, longest: int) -> str:
    name = UNSEEN.sub(" ", name)
    return name if len(name) <= longest else name[: longest - 1] + "…"
