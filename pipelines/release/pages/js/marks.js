/* Marks of places, candidates and closures: a shape and a colour each, drawn by one hand for the map and for the legend. */
(function () {
  "use strict";
  const CG = window.CG;
  const SIZE = 18, SCALE = 2;
  // Okabe and Ito's colours, which no kind of eyes confuses; with two shapes they tell sixteen kinds apart
  const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#7a5c00"];
  const SHAPES = ["circle", "square", "triangle"];
  const CANDIDATE = ["diamond", "#ffe14d"], CLOSED = ["cross", "#b00020"];

  const PATHS = {
    circle: (pen, r) => pen.arc(0, 0, r, 0, 2 * Math.PI),
    square: (pen, r) => pen.rect(-r * 0.85, -r * 0.85, r * 1.7, r * 1.7),
    triangle: (pen, r) => [[0, -r * 1.1], [r, r * 0.8], [-r, r * 0.8]].forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y))),
    diamond: (pen, r) => [[0, -r * 1.25], [r * 1.25, 0], [0, r * 1.25], [-r * 1.25, 0]].forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y))),
  };

  /** A canvas with the mark in its middle. */
  function draw(shape, colour) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIZE * SCALE;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.scale(SCALE, SCALE);
    pen.translate(SIZE / 2, SIZE / 2);
    pen.lineJoin = "round";
    if (shape === "cross") {
      for (const [width, style] of [[5, "#ffffff"], [2.6, colour]]) {
        pen.beginPath();
        [[-4.5, -4.5, 4.5, 4.5], [-4.5, 4.5, 4.5, -4.5]].forEach(([a, b, c, d]) => {
          pen.moveTo(a, b);
          pen.lineTo(c, d);
        });
        pen.lineWidth = width;
        pen.strokeStyle = style;
        pen.stroke();
      }
      return canvas;
    }
    pen.beginPath();
    PATHS[shape](pen, 5.2);
    pen.closePath();
    pen.lineWidth = 3;
    pen.strokeStyle = shape === "diamond" ? "#222222" : "#ffffff";
    pen.stroke();
    pen.fillStyle = colour;
    pen.fill();
    return canvas;
  }

  /** The mark of the i-th kind chosen. */
  const ofKind = (i) => [SHAPES[Math.floor(i / COLOURS.length) % SHAPES.length], COLOURS[i % COLOURS.length]];

  const idOf = ([shape, colour]) => `${shape}${colour}`;

  /** A mark as MapLibre takes it: its id, its pixels, how many there are to one of the page. */
  function image(mark) {
    const canvas = draw(...mark);
    return { id: idOf(mark), pixels: canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height), ratio: SCALE };
  }

  /** What the legend tells of the marks on the map: [shape, colour, words]. */
  function legend(state) {
    const kinds = new Map(CG.atlas.kinds.map((kind) => [kind.kind, kind]));
    const chosen = state.kinds.map((kind, i) => [...ofKind(i), kinds.get(kind)]).filter((told) => told[2]);
    return [
      ...chosen.map(([shape, colour, kind]) => [shape, colour, kind.title]),
      ...(state.candidates ? [[...CANDIDATE, "Candidate building or site"]] : []),
      ...(state.closures ? [[...CLOSED, "Place that closed, or left its list"]] : []),
    ];
  }

  /** The pattern of what is not known, as pixels: lines from below left to above right. */
  function hatch() {
    const side = 16, apart = 8, thick = 2;
    const data = new Uint8ClampedArray(4 * side * side);
    const ink = [1, 3, 5].map((k) => parseInt(CG.palette.hatch.slice(k, k + 2), 16));
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) if ((x + y) % apart < thick) data.set([...ink, 255], 4 * (y * side + x));
    }
    return { width: side, height: side, data };
  }

  CG.marks = { draw, hatch, ofKind, idOf, image, legend, CANDIDATE, CLOSED };
})();
