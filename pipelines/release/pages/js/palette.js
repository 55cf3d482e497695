/* The colours of the atlas: each a number, which is what a shape on the map is given. Light is little, dark is much. */
(function () {
  "use strict";
  const CG = window.CG;
  // sequences of even steps in lightness (matplotlib's magma, PuBu and Greens), told apart by every kind of eyes
  const SEQUENCES = {
    need: ["#fcf0b2", "#fec488", "#fd9668", "#f4695c", "#db476a", "#b5367a", "#8e2a81", "#681c81", "#400f74", "#1a1042"],
    plain: ["#f0eaf4", "#dcdaeb", "#c3cbe3", "#a4bcda", "#7dabd0", "#529bc7", "#2c86bb", "#0d71ad", "#045c90", "#023858"],
    doubt: ["#ecf8e8", "#cdebc7", "#a8dca2", "#7bc87c", "#48ae60", "#1f8742", "#00592a"],
  };
  const LABELS = {
    ready_to_explore: "#0072b2", support_alongside: "#009e73", new_or_temporary_space: "#e69f00",
    keep_what_is_here: "#7cc4ee", no_strong_signal: "#efe3cf",
  };
  const UNKNOWN = -1, OUTSIDE = -2;
  const colours = [...Object.values(SEQUENCES).flat(), ...Object.values(LABELS)];
  const first = {};
  let at = 0;
  for (const [name, sequence] of Object.entries(SEQUENCES)) {
    first[name] = at;
    at += sequence.length;
  }

  /** The numbers of `k` colours of a sequence, from light to dark. */
  function steps(name, k) {
    const most = SEQUENCES[name].length - 1;
    if (k === 1) return [first[name] + Math.round(most / 2)];
    return Array.from({ length: k }, (_, i) => first[name] + Math.round((i * most) / (k - 1)));
  }

  /** The number of a label's colour; one this file does not know has the look of not known. */
  function label(code) {
    const place = Object.keys(LABELS).indexOf(code);
    return place < 0 ? UNKNOWN : at + place;
  }

  CG.palette = {
    UNKNOWN, OUTSIDE, colours, steps, label, sequences: SEQUENCES,
    unknown: "#d9dbdd", hatch: "#7c858c", outside: "#f7f7f5", line: "#43515c",
  };
})();
