/* Which class each area is in: its colour on the map, its words in the legend, its line in the table. */
(function () {
  "use strict";
  const CG = window.CG;
  const { UNKNOWN, OUTSIDE } = CG.palette;
  const TENTHS_FROM = 50; // ranked, below which fifths are cut
  const QUANTILES = 7, FEW_VALUES = 8, BINS = 26;
  const SHARES = [0.005, 0.1, 0.25, 0.5, 0.75, 0.95]; // of versions in the highest tenth
  const WIDTHS = [0.02, 0.05, 0.1, 0.2, 0.4]; // of all ranks
  const KNOWN = [0.5, 0.75, 0.9, 0.99995]; // of an index's weight
  const COVERAGE = { o: "observed", p: "partial", u: "unknown" };
  const { number, percent, lower, upper, unitOf, NOT_KNOWN } = CG.say;

  const known = (value) => value !== null && value !== undefined;
  const has = (column) => Boolean(column) && column.some(known);

  /** For every row (area, MSOA or authority) whether it is inside the scope; null for all. */
  async function inside(level, scope) {
    if (scope.kind === "nation") return null;
    const groups = await CG.groups(scope.kind);
    const at = groups.rowOf.get(scope.code);
    if (at === undefined) return null;
    if (level === "area") {
      const areas = await CG.areas();
      if (scope.kind !== "region" || areas.region) return areas[scope.kind].map((row) => row === at);
      const { region } = await CG.groups("authority");
      return areas.authority.map((row) => row !== null && region[row] === at);
    }
    const authorities = await CG.groups("authority");
    const own = level === "authority" ? authorities.code.map((_, row) => row) : (await CG.groups("msoa")).authority;
    return own.map((row) => row !== null && (scope.kind === "authority" ? row : authorities.region[row]) === at);
  }

  const reason = (data, i) => {
    const word = known(data.null_reason && data.null_reason[i]) ? data.reasons[data.null_reason[i]] : null;
    return word ? `${NOT_KNOWN}: ${CG.words("null_reason", word)}` : NOT_KNOWN;
  };

  /** Digits that tell values of a column apart: none where all are whole. */
  function digitsOf(values) {
    const some = values.filter(known);
    if (some.every(Number.isInteger)) return 0;
    const size = some.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  }

  const paletteOf = (member) => (["higher_is_more_need", "higher_is_less_need"].includes(member.direction) ? "need" : "plain");

  /**
   * The ranks of a scope: `{order, n, among}`, or null where there are none. A rank is there only where nearly all of a
   * scope has a score, and none is made up where the release gives none.
   */
  async function ranksOf(data, { scope, member }, within) {
    const given = (column) => Boolean(column) && column.some((rank, i) => known(rank) && (!within || within[i]));
    const { nation } = CG.atlas;
    if (!within) {
      if (given(data.rank_nation)) return { order: data.rank_nation, n: member.n_ranked || nation.n_areas, among: nation.name, tenths: data.decile_nation };
      const regions = await CG.groups("region");
      const one = regions.code.length === 1 && given(data.rank_region);
      return one ? { order: data.rank_region, n: data.rank_region.filter(known).length, among: regions.name[0] } : null;
    }
    const own = data[`rank_${scope.kind}`];
    const order = given(own) ? own : member.kind === "domain" && given(data.rank_nation) ? data.rank_nation : null;
    const groups = await CG.groups(scope.kind);
    return order && { order, n: null, among: groups.name[groups.rowOf.get(scope.code)] };
  }

  async function ofRolled({ member, level, scope }, within) {
    const data = (await CG.load(`rolled/${level}`))[member.id];
    if (!data) return { values: [], text: () => NOT_KNOWN };
    const { nation } = CG.atlas;
    const regions = data.ranked_in === "region" ? await CG.groups("region") : null;
    const among = regions ? (regions.code.length === 1 ? regions.name[0] : "its region") : data.ranked_in === "nation" ? nation.name : "its kind";
    const rank = data.rank_by_average_score;
    const apart = has(rank) && !within && regions && regions.code.length > 1; // ranks of different regions are no order of all
    const own = within && (await CG.groups(scope.kind));
    const all = { order: rank, n: data.n_of_level.find(known), among };
    const ranked = !has(rank) || apart ? null : within ? { order: rank, n: null, among: own.name[own.rowOf.get(scope.code)] } : all;
    const text = (i) => {
      if (!known(data.average_score[i])) return NOT_KNOWN;
      const told = has(rank) && known(rank[i]) ? `, rank ${number(rank[i], 0)} of ${number(data.n_of_level[i], 0)} in ${among}` : "";
      return `average score ${number(data.average_score[i], 1)}${told}`;
    };
    const notes = apart ? ["Ranks are told within each region, so colours go by average score."] : [];
    return { values: data.average_score, ranked, palette: paletteOf(member), text, digits: 1, unit: "average score", notes };
  }

  async function ofScore(data, shown, within) {
    const ranked = await ranksOf(data, shown, within);
    const text = (i) => {
      if (!known(data.score[i])) return reason(data, i);
      const rank = ranked && ranked.n && known(ranked.order[i]) ? `, rank ${number(ranked.order[i], 0)} of ${number(ranked.n, 0)} in ${ranked.among}` : "";
      return `score ${number(data.score[i], 1)}${rank}`;
    };
    const notes = ranked || !has(data.score) ? [] : ["Scores are known for too few areas here to rank them, so colours go by score."];
    return { values: data.score, ranked, palette: paletteOf(shown.member), text, digits: 1, unit: "score", notes };
  }

  function ofValue(data, member) {
    const digits = digitsOf(data.value);
    const partly = (i) => (data.coverage[i] === "p" ? ` (${CG.words("coverage", COVERAGE.p)})` : ""); // there may be more
    const text = (i) => (known(data.value[i]) ? `${number(data.value[i], digits)} ${unitOf(data.value[i], member.unit)}`.trim() + partly(i) : reason(data, i));
    return { values: data.value, falls: member.direction === "higher_is_less_need", palette: paletteOf(member), text, digits, unit: member.unit };
  }

  async function ofRange(data, sure) {
    const regions = sure.spread_scope === "region" ? await CG.groups("region") : null;
    const n = regions ? sure.rank_high.filter(known).length : CG.atlas.nation.n_areas;
    const among = regions && regions.code.length === 1 ? regions.name[0] : regions ? "its region" : CG.atlas.nation.name;
    const values = sure.rank_high.map((high, i) => (known(high) ? (high - sure.rank_low[i] + 1) / n : null));
    const text = (i) => (known(values[i]) ? `rank between ${number(sure.rank_low[i], 0)} and ${number(sure.rank_high[i], 0)} of ${number(n, 0)} in ${among}` : reason(data, i));
    return { values, breaks: WIDTHS, palette: "doubt", text, share: true, unit: "of all ranks" };
  }

  function ofVersions(data, sure, member) {
    const values = sure.worst_decile_share;
    const text = (i) => (known(values[i]) ? `in the highest tenth in ${percent(values[i])} of versions` : reason(data, i));
    return { values, breaks: SHARES, palette: paletteOf(member), text, share: true, unit: "of versions" };
  }

  function ofWeight(values, data) {
    const text = (i) => (known(values[i]) ? `${percent(values[i])} of its weight known` : reason(data, i));
    return { values, breaks: KNOWN, falls: true, palette: "doubt", text, share: true, unit: "of its weight known" };
  }

  function ofCoverage(data) {
    const [, whole, , , partly] = CG.palette.steps("doubt", 6);
    const words = (letter) => CG.words("coverage", COVERAGE[letter] || null);
    return { categories: data.coverage.split(""), kinds: { o: whole, p: partly }, words, text: (i) => words(data.coverage[i]) };
  }

  async function ofLabel() {
    const data = await CG.load("values/typology");
    const codes = data.label.map((at) => (known(at) ? data.words.label[at] : null));
    const told = Object.keys(CG.atlas.labels.typology).filter((code) => CG.palette.label(code) !== UNKNOWN);
    const words = (code) => CG.words("typology", code);
    return { categories: codes, kinds: Object.fromEntries(told.map((code) => [code, CG.palette.label(code)])), words, text: (i) => words(codes[i]) };
  }

  /** What is measured: `values` by row or `categories`, `ranked` where there are ranks, `text(row)`, and how to cut. */
  async function measured(shown, within) {
    const { member, level, show } = shown;
    if (show === "label") return ofLabel();
    if (level !== "area") return ofRolled(shown, within);
    const data = await CG.load(`values/${member.id}`);
    if (member.kind === "indicator") return show === "coverage" ? ofCoverage(data) : ofValue(data, member);
    if (show === "value") return ofScore(data, shown, within);
    if (member.kind === "domain") return ofWeight(data.weight_observed, data);
    const sure = await CG.load(`sure/${member.id}`);
    if (show === "coverage") return ofWeight(sure.weight_observed, data);
    return show === "range" ? ofRange(data, sure) : ofVersions(data, sure, member);
  }

  const partsOf = (n) => (n >= TENTHS_FROM ? 10 : n >= 10 ? 5 : Math.max(1, Math.min(5, n)));

  /** Classes of equal numbers by rank: k - 1 is the first tenth (or fifth). In the nation these are the release's own. */
  function byRank({ order, tenths, n: told }, rows, { highest_tenth: highest }) {
    const n = told || rows.length;
    const k = partsOf(n);
    const ranks = told ? order : new Int32Array(order.length);
    if (!told) {
      const sorted = rows.slice().sort((a, b) => order[a] - order[b]);
      sorted.forEach((i, at) => (ranks[i] = at && order[i] === order[sorted[at - 1]] ? ranks[sorted[at - 1]] : at + 1));
    }
    const of = (i) => k - (k === 10 && tenths ? tenths[i] : Math.min(k, Math.ceil((k * ranks[i]) / n)));
    const part = 100 / k;
    const words = Array.from({ length: k }, (_, c) => (k < 5 ? `rank ${k - c}` : c === k - 1 ? (k === 10 && highest) || `first ${part} %` : `${(k - 1 - c) * part} to ${(k - c) * part} %`));
    return { k, of, words, n, ranks };
  }

  function quantiles(sorted) {
    const distinct = sorted.filter((value, i) => !i || value !== sorted[i - 1]);
    if (distinct.length <= FEW_VALUES) return { cuts: distinct.slice(1), even: false };
    const found = Array.from({ length: QUANTILES - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / QUANTILES)]);
    return { cuts: found.filter((cut, i) => cut > sorted[0] && (!i || cut > found[i - 1])), even: true };
  }

  /** Classes by value: the cuts given, or such as hold about equally many. A class begins at its cut. */
  function byValue(measure, rows) {
    const { values, falls, share } = measure;
    const sorted = Float64Array.from(rows, (i) => values[i]).sort();
    const { cuts, even } = measure.breaks ? { cuts: measure.breaks, even: false } : quantiles(Array.from(sorted));
    const k = cuts.length + 1;
    const place = (value) => {
      let c = 0;
      while (c < cuts.length && value >= cuts[c]) c++;
      return c;
    };
    const of = (i) => (falls ? k - 1 - place(values[i]) : place(values[i]));
    const told = (value) => (share ? percent(value) : number(value, measure.digits));
    const ends = Array.from({ length: k }, () => [null, null]);
    sorted.forEach((value) => {
      const c = place(value);
      if (ends[c][0] === null) ends[c][0] = value;
      ends[c][1] = value;
    });
    const words = ends.map(([least, most], c) => {
      if (share) return c === 0 ? `under ${told(cuts[0])}` : c === k - 1 ? `${told(cuts[c - 1])} or more` : `${told(cuts[c - 1])} to ${told(cuts[c])}`;
      if (least === null) return "none";
      return told(least) === told(most) ? told(least) : `${told(least)} to ${told(most)}`;
    });
    return { k, of, even, words: falls ? words.reverse() : words };
  }

  /** How many rows are where along the values, by class: `{least, most, bins: [[n by class], ...]}`, or null. */
  function histogram(values, rows, classOf, k) {
    if (rows.length < 2) return null;
    let least = Infinity, most = -Infinity;
    for (const i of rows) {
      least = Math.min(least, values[i]);
      most = Math.max(most, values[i]);
    }
    if (least === most) return null;
    const n = rows.every((i) => Number.isInteger(values[i])) ? Math.min(BINS, most - least + 1) : BINS;
    const bins = Array.from({ length: n }, () => new Array(k).fill(0));
    rows.forEach((i) => bins[Math.min(n - 1, Math.floor(((values[i] - least) / (most - least)) * n))][classOf[i]]++);
    return { least, most, bins };
  }

  function byCategory(measure) {
    const codes = Object.keys(measure.kinds);
    const of = (i) => codes.indexOf(measure.categories[i]);
    return { k: codes.length, of, words: codes.map(measure.words), numbers: codes.map((code) => measure.kinds[code]) };
  }

  /** What the ends of the colours mean: "the greatest need" at the dark one. */
  function ends({ member, show }, { falls }) {
    if (show === "range") return ["narrow: sure", "wide: unsure"];
    if (show === "worst_share") return ["in no version", "in every version"];
    if (show === "coverage") return ["all known", "little known"];
    const both = [member.low_means || "low", member.high_means || "high"];
    return falls ? both.reverse() : both;
  }

  /** What is compared with what, in words. */
  function where({ level, scope }, ranked, n, among) {
    const { several } = CG.atlas.levels.find((one) => one.id === level);
    if (ranked) return `${upper(several)}, ranked among ${number(n, 0)} in ${among}`;
    const place = scope.kind === "nation" ? CG.atlas.release.areas_asked || CG.atlas.nation.name : among;
    return `${upper(several)} in ${place}`;
  }

  async function make(asked) {
    const { level } = asked;
    const within = await inside(level, asked.scope);
    const lost = !within && asked.scope.kind !== "nation"; // a link may name what this release does not hold
    const shown = lost ? { ...asked, scope: { kind: "nation", code: null } } : asked;
    const { scope } = shown;
    const measure = await measured(shown, within);
    const groups = level === "area" ? null : await CG.groups(level);
    const n = groups ? groups.code.length : CG.atlas.release.n_areas;
    const column = measure.categories || measure.values;
    const { ranked } = measure;
    const isKnown = measure.categories ? (i) => measure.categories[i] in measure.kinds : (i) => known((ranked ? ranked.order : column)[i]);
    const rows = [];
    const classOf = new Int8Array(n).fill(UNKNOWN);
    let outside = 0, unknown = 0;
    for (let i = 0; i < n; i++) {
      if (within && !within[i]) {
        classOf[i] = OUTSIDE;
        outside++;
      } else if (isKnown(i)) rows.push(i);
      else unknown++;
    }
    const cut = measure.categories ? byCategory(measure) : ranked ? byRank(ranked, rows, shown.member) : byValue(measure, rows);
    rows.forEach((i) => (classOf[i] = cut.of(i)));
    const numbers = cut.numbers || CG.palette.steps(measure.palette || "plain", cut.k);
    const counts = new Array(cut.k).fill(0);
    rows.forEach((i) => counts[classOf[i]]++);
    const [low, high] = ends(shown, measure);
    const among = ranked ? ranked.among : within ? (await CG.groups(scope.kind).then((held) => held.name[held.rowOf.get(scope.code)])) : null;
    const text = (i) => (ranked && !ranked.n && classOf[i] >= 0 ? `${measure.text(i)}, ${number(cut.ranks[i], 0)} of ${number(cut.n, 0)} in ${among}` : measure.text(i));
    return {
      ...shown, ids: groups && groups.code, n, values: column, unit: measure.unit || "", digits: measure.digits, share: Boolean(measure.share),
      falls: Boolean(measure.falls), colours: numbers.map((one) => CG.palette.colours[one]), words: cut.words, counts, unknown, outside, low, high,
      ranked: ranked ? cut.n : null, where: where(shown, ranked, cut.n, among), of: (i) => classOf[i], text, isCategory: Boolean(measure.categories),
      even: Boolean(cut.even), looks: Int8Array.from(classOf, (c) => (c < 0 ? c : numbers[c])), own: [...(lost ? [`This release holds no ${asked.scope.code} to compare within.`] : []), ...(measure.notes || [])],
      histogram: measure.categories ? null : histogram(measure.values, rows.filter((i) => known(measure.values[i])), classOf, cut.k),
    };
  }

  let last = { key: null, made: null };

  /** The classes of what is shown now; made once for as long as the same is shown. */
  CG.classes = (state = CG.state) => {
    const shown = CG.shown(state);
    const key = JSON.stringify([shown.member.id, shown.show, shown.level, shown.scope]);
    if (last.key !== key) {
      const made = make(shown);
      last = { key, made };
      made.catch(() => last.made === made && (last = { key: null, made: null }));
    }
    return last.made.then((classes) => ({ ...classes, notes: [...shown.notes, ...classes.own] }));
  };

  CG.titleOf = (shown) => {
    const { member, show } = shown;
    if (show === "label") return "Label: what need, stock, signs and capacity suggest";
    return show === "value" ? member.title : `${member.title}: ${lower(CG.showWords[show])}`;
  };
})();
