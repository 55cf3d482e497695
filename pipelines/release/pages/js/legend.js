/* The legend: what the colours mean in words, how many areas are where (histogram), what is not known, what marks are. */
(function () {
  "use strict";
  const CG = window.CG;
  const SVG = "http://www.w3.org/2000/svg";
  const WIDE = 260, HIGH = 46;
  const { number, percent } = CG.say;
  const { el } = CG;

  function drawn(tag, attributes, ...children) {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  /** A small picture of a look: a colour, or lines across it where a pattern says "not known". */
  function swatch(colour, hatched) {
    const box = drawn("svg", { class: "swatch", viewBox: "0 0 16 16", "aria-hidden": "true" }, drawn("rect", { width: 16, height: 16, fill: colour }));
    if (hatched) box.append(drawn("path", { d: "M-2 10L10 -2M2 18L18 2M-2 18L18 -2", stroke: CG.palette.hatch, "stroke-width": 1.4 }));
    return box;
  }

  /** The mark of a point on the map as a picture: drawn by the same code as the map's. */
  function mark(shape, colour) {
    const canvas = CG.marks.draw(shape, colour);
    canvas.className = "mark";
    canvas.setAttribute("aria-hidden", "true");
    return canvas;
  }

  function bars(classes) {
    const { bins } = classes.histogram;
    const most = Math.max(...bins.map((bin) => bin.reduce((sum, n) => sum + n, 0)));
    const wide = WIDE / bins.length;
    const picture = drawn("svg", { class: "bars", viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    (classes.falls ? bins.slice().reverse() : bins).forEach((bin, b) => {
      let top = HIGH;
      bin.forEach((n, c) => {
        if (!n) return;
        const high = Math.max((n / most) * (HIGH - 1), 0.6);
        top -= high;
        picture.append(drawn("rect", { x: b * wide, y: top, width: Math.max(wide - 0.7, 0.7), height: high, fill: classes.colours[c] }));
      });
    });
    return picture;
  }

  function scale(classes) {
    const { least, most } = classes.histogram;
    const told = (value) => (classes.share ? percent(value) : number(value, classes.digits));
    const both = classes.falls ? [most, least] : [least, most];
    return el("p", { class: "ends values", "aria-hidden": "true" }, el("span", null, told(both[0])), el("span", null, classes.unit), el("span", null, told(both[1])));
  }

  function strip(classes) {
    const cells = classes.colours.map((colour) => el("span", { style: `background:${colour}` }));
    return [
      el("p", { class: "strip", "aria-hidden": "true" }, cells),
      el("p", { class: "ends" }, el("span", null, classes.low), el("span", { class: "rule", "aria-hidden": "true" }), el("span", null, classes.high)),
    ];
  }

  function rowsOf(rows) {
    return el("ul", { class: "classes" }, rows.map(([colour, hatched, words, n]) =>
      el("li", null, swatch(colour, hatched), el("span", { class: "word" }, words), el("span", { class: "n" }, number(n, 0)))));
  }

  /** Every class with its colour and how many are in it, the darkest first. */
  function list(classes) {
    const rows = classes.words.map((words, c) => [classes.colours[c], false, words, classes.counts[c]]);
    return rowsOf(classes.isCategory ? rows : rows.reverse());
  }

  function others(classes) {
    const told = [[CG.palette.unknown, true, "not known", classes.unknown], [CG.palette.outside, false, "outside what is compared", classes.outside]];
    const shown = told.filter((row) => row[3]);
    return shown.length ? rowsOf(shown) : null;
  }

  function cutWords(classes) {
    const { several } = CG.atlas.levels.find((one) => one.id === classes.level);
    const n = classes.counts.length;
    if (classes.ranked !== null) return n < 5 ? `Number of ${several} by rank.` : `Each colour is a ${n === 10 ? "tenth" : "fifth"} of the ranks, from the first; with the number of ${several}.`;
    return `Number of ${several}${classes.even ? "; each colour holds about as many" : ""}.`;
  }

  function points(state) {
    const marks = CG.marks.legend(state);
    return marks.length ? el("ul", { class: "classes marks" }, marks.map(([shape, colour, words]) => el("li", null, mark(shape, colour), el("span", { class: "word" }, words)))) : null;
  }

  let open = false;

  /** Draws the legend of what is on the map. */
  CG.drawLegend = (classes, state) => {
    const box = document.getElementById("legend");
    const before = box.querySelector("details");
    if (before) ({ open } = before);
    const told = (words, kind) => el("p", { class: kind }, words);
    const about = [told(CG.titleOf(classes), "legend-title"), told(classes.where, "legend-scope"), CG.mustSay(classes).map((words) => told(words, "legend-scope")), classes.notes.map((words) => el("p", { class: "note", role: "note" }, words))];
    const nothing = !classes.counts.some(Boolean);
    const colours = nothing ? [told("Not known anywhere here.", "legend-scope")] : classes.isCategory ? [list(classes)] : [classes.histogram && [bars(classes), scale(classes)], strip(classes)];
    const all = classes.isCategory || nothing ? null : el("details", { open }, el("summary", null, "Every colour and how many"), told(cutWords(classes), "legend-scope"), list(classes));
    const columns = [about, colours, [others(classes), points(state), all]];
    box.replaceChildren(...columns.map((column) => el("div", null, column)));
  };
})();
