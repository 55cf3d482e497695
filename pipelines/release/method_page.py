"""The parts a method report is written with: escaped text, numbers, tables, figures, sections, and the page itself.

Only `Html` is written as it stands; any other text comes from data and is escaped.
"""

import math
from collections.abc import Iterable
from html import escape

from pipelines.core.plain_text import UNSEEN
from pipelines.register.labels import spaced

NOT_KNOWN = "not known"
SECTIONS = {  # in their order on the page
    "definition": "How it is made",
    "distributions": "How scores spread",
    "correlations": "What goes with what",
    "importance": "Weights are not importance",
    "robustness": "How far ranks move",
    "sensitivity": "Which choice moves ranks most",
    "weight-sets": "Other opinions of the weights",
    "stability": "Against the release before",
    "not-known": "What is not known",
}
SPREAD = "spread over method choices and data errors"


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


class Number(Html):
    """A number as it is shown, set to the right in a table."""

    __slots__ = ()


def text(value) -> Html:
    """Any value as text of a page: markup as it stands, nothing as "not known", all else escaped."""
    if isinstance(value, Html):
        return value
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return Number(f'<span class="none">{NOT_KNOWN}</span>')
    return Html(escape(UNSEEN.sub(" ", str(value))))


def heading(name: str) -> str:
    """A short name of the tables as the beginning of a line."""
    return spaced(name)[:1].upper() + spaced(name)[1:]


def listed(names: list[str]) -> str:
    """Names as one text: a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def number(value, digits: int = 0) -> Html:
    """A number with thousands marked and so many decimals; "not known" for nothing; never a negative zero."""
    if value is None or not math.isfinite(value):
        return text(None)
    shown = f"{value:,.{digits}f}"
    return Number("−" + shown[1:] if shown[0] == "-" and shown.strip("-0.,") else shown.lstrip("-"))


def percent(share, digits: int = 1) -> Html:
    """A share (0-1) as a percentage."""
    shown = number(None if share is None else 100 * share, digits)
    return shown if shown.startswith("<") else Number(f"{shown} %")


def paragraph(*parts) -> Html:
    """A paragraph."""
    return Html(f"<p>{''.join(map(text, parts))}</p>")


def how_to_read(sentence: str) -> Html:
    """The sentence that says how a section or chart is read."""
    return Html(f'<p class="how"><strong>How to read it.</strong> {text(sentence[0].upper() + sentence[1:])}</p>')


def bullets(items: Iterable) -> Html:
    """A list."""
    return Html("<ul>" + "".join(f"<li>{text(item)}</li>" for item in items) + "</ul>")


def joined(*parts) -> Html:
    """Parts as one text."""
    return Html("".join(map(text, parts)))


def facts_list(pairs: Iterable[tuple[str, object]]) -> Html:
    """Names with what is said of each."""
    rows = "".join(f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>" for name, value in pairs)
    return Html(f"<dl>{rows}</dl>")


def table(caption: str, head: list, rows: Iterable[Iterable]) -> Html:
    """A table with a caption; the first cell of a row names it. A row of one cell heads those that follow it."""
    cells = [list(map(text, row)) for row in rows]
    right = [any(isinstance(row[i], Number) for row in cells if len(row) > 1) for i in range(len(head))]
    heads = "".join(f'<th scope="col"{_side(right[i])}>{text(column)}</th>' for i, column in enumerate(head))
    body = "".join(_row(row, len(head)) for row in cells)
    return Html(
        f'<div class="wide" role="region" tabindex="0" aria-label="{text(caption)}"><table><caption>{text(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(cells: list[Html], width: int) -> str:
    if len(cells) == 1:
        return f'<tr class="group"><th scope="rowgroup" colspan="{width}">{cells[0]}</th></tr>'
    rest = "".join(cell if cell.startswith("<td") else f"<td{_side(isinstance(cell, Number))}>{cell}</td>" for cell in cells[1:])  # fmt: skip
    return f'<tr><th scope="row">{cells[0]}</th>{rest}</tr>'


def _side(right: bool) -> str:
    return ' class="n"' if right else ""


def shaded(cell: Html, background: str, ink: str) -> Number:
    """A cell of a table with a colour of its own."""
    return Number(f'<td class="n heat" style="background:{background};color:{ink}">{cell}</td>')


def figure(svg: str, caption: str) -> Html:
    """A chart with its caption."""
    return Html(f"<figure>{svg}<figcaption>{text(caption)}</figcaption></figure>")


def section(name: str, how: str, *parts) -> Html:
    """A section of the page with its heading and a sentence on how to read it."""
    return Html(
        f'<section id="{name}" aria-labelledby="{name}-h"><h2 id="{name}-h">{SECTIONS[name]}</h2>{how_to_read(how)}{joined(*parts)}</section>'
    )


def page(title: str, top: Html, sections: list[Html], foot: Html) -> str:
    """The whole page, with every section of `SECTIONS`."""
    links = "".join(f'<li><a href="#{name}">{text(heading)}</a></li>' for name, heading in SECTIONS.items())
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>{CSS}</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#main">Skip to the report</a>\n<header>{top}</header>\n'
        f'<nav aria-label="Contents"><h2>Contents</h2><ol>{links}</ol></nav>\n<main id="main">\n'
        + "\n".join(sections)
        + f"\n</main>\n<footer>{foot}</footer>\n</body>\n</html>\n"
    )


CSS = """
:root{--ink:#1c2733;--quiet:#55616e;--line:#d5dce3;--soft:#f3f6f8;--blue:#1f5a7a;--warn:#fff4dc;--warn-line:#b86e00}
*{box-sizing:border-box}
html{scroll-behavior:smooth}
body{margin:0 auto;padding:1.5rem 1.25rem 4rem;max-width:62rem;color:var(--ink);background:#fff;
font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
h1{font-size:2rem;line-height:1.2;margin:.2rem 0 .4rem}
h2{font-size:1.4rem;line-height:1.25;margin:0 0 .6rem;color:var(--blue)}
h3{font-size:1.08rem;margin:1.8rem 0 .4rem}
p,ul,ol{margin:.5rem 0;max-width:48rem}
a{color:var(--blue)}
a:focus-visible,[tabindex]:focus-visible{outline:3px solid #e0a100;outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:#fff;padding:.3rem .6rem}
.kicker{color:var(--quiet);margin:0;letter-spacing:.02em}
.question{font-size:1.2rem;margin:.2rem 0 1rem}
.box{border-left:5px solid var(--blue);background:var(--soft);padding:.6rem 1rem;margin:.8rem 0;max-width:none}
.box.warn{border-color:var(--warn-line);background:var(--warn)}
.box p{margin:.2rem 0;max-width:none}
nav{border:1px solid var(--line);border-radius:6px;padding:.8rem 1.2rem;margin:1.2rem 0}
nav h2{font-size:1rem;margin:0}
nav ol{columns:2;column-gap:2rem;margin:.4rem 0 0;padding-left:1.4rem;max-width:none}
section{border-top:2px solid var(--line);padding-top:1.4rem;margin-top:2.4rem}
.how{background:var(--soft);border-radius:6px;padding:.55rem .9rem;max-width:none}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:.6rem 1.6rem;margin:1rem 0}
dl div{border-top:1px solid var(--line);padding-top:.3rem}
dt{font-size:.85rem;color:var(--quiet)}
dd{margin:0}
.wide{overflow-x:auto;margin:1.1rem 0}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding:.2rem 0 .4rem}
th,td{padding:.36rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
thead th{border-bottom:2px solid var(--ink);vertical-align:bottom;font-weight:600}
thead th.n{white-space:normal}
tbody th{font-weight:500;min-width:8rem}
tr.group th{background:var(--soft);font-weight:600;padding-top:.55rem}
tr.group small{display:block;font-weight:400;color:var(--quiet)}
.n{text-align:right;white-space:nowrap}
.heat{min-width:3.6rem}
.none{color:var(--quiet);font-style:italic}
figure{margin:1.2rem 0;overflow-x:auto}
figure svg{display:block;width:100%;height:auto}
figure svg text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif!important}
figure svg *{stroke-linejoin:round;stroke-linecap:butt}
figcaption{font-size:.88rem;color:var(--quiet);max-width:48rem}
footer{border-top:2px solid var(--line);margin-top:3rem;padding-top:1rem;font-size:.88rem;color:var(--quiet)}
@media (max-width:40rem){nav ol{columns:1}h1{font-size:1.6rem}body{padding:1rem .8rem 3rem}}
@media print{body{max-width:none;padding:0;font-size:10pt}nav,.skip{display:none}section{break-before:auto}
figure,tr,.box,.how{break-inside:avoid}h2,h3,caption{break-after:avoid}.wide,figure{overflow:visible}figure svg{min-width:0!important}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""
