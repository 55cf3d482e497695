// What is told of one area: its part of a chunk near/<k>, unpacked (see pipelines/release/atlas/near.py).
(function () {
  "use strict";
  const CG = window.CG;
  const GAPS = { w: "within", b: "borderline", x: "beyond", "-": null };
  const COVERAGE = { o: "observed", p: "partial", u: "unknown", "-": null };

  /** Promise of all that is told of the area in this row (see unpack). */
  CG.near = async (row) => {
    const atlas = await CG.start_data();
    const chunk = await CG.load(`near/${Math.floor(row / atlas.chunks.size)}`);
    return unpack(chunk, row - chunk.first, atlas.metres_a_minute);
  };

  /** Row i of a column: a list, a text of letters, or the one value that all rows have. */
  const at = (column, i) => {
    if (Array.isArray(column)) return column[i];
    return typeof column === "string" && column.length > 1 ? column[i] : column;
  };

  /** The same of a table whose codes stand in `words`. */
  const told = (table, name, i) => {
    const value = at(table[name], i);
    const words = table.words && table.words[name];
    return words && value !== null ? words[value] : value;
  };

  /** A row of a table as an object. */
  const record = (table, i) => {
    const found = {};
    for (const name of Object.keys(table)) if (name !== "words" && name !== "start") found[name] = told(table, name, i);
    return found;
  };

  const place = (chunk, i) => {
    if (i === null || i === undefined) return null;
    const found = record(chunk.places, i);
    found.kinds = (found.kinds || "").split(", ");
    found.in_community_hands = found.in_community_hands === 1;
    return found;
  };

  const items = (chunk, list, a) => {
    const found = [];
    if (!list) return found;
    for (let i = list.start[a]; i < list.start[a + 1]; i++) {
      found.push(record(list, i));
    }
    return found;
  };

  const byIndex = (rows) => {
    const found = {};
    for (const row of rows) (found[row.index] = found[row.index] || []).push(row);
    return found;
  };

  const greatest = (x, y) => Math.abs(y[1]) - Math.abs(x[1]);

  const pushes = (index, a) => {
    const from = at(index.from, a);
    if (from === null) return null;
    const inside = Object.keys(index.indicators).map((name) => [name, at(index.indicators[name], a)]);
    const domains = [];
    for (const domain of Object.keys(index.domains)) {
      const push = at(index.domains[domain], a);
      if (push === null) continue;
      const own = inside.filter(([name, value]) => value !== null && name.startsWith(`${domain}.`));
      domains.push([domain, push, own.map(([name, value]) => [name.slice(domain.length + 1), value]).sort(greatest)]);
    }
    return { from, adds_up_to: index.adds_up_to, domains: domains.sort(greatest) };
  };

  /**
   * One area: why {index: {from, adds_up_to, domains: [[domain, push, [[indicator, push]]]]}}, weights {index: {scope, ranks}},
   * numbers {indicator: {value, n_counted, n_of, coverage, null_reason}}, reach {kind: {n10, n15, metres, minutes, place,
   * standard, gap, coverage, null_reason}}, within [{place, kind, metres, minutes}] nearest first, peers {index: [{peer: row, or
   * null and then code, name, authority}]}, changes {index: [{level, domain, of, value, needed}]}, candidates [{metres, minutes
   * (null: in the area, beyond 15 minutes), place, id, kind, name, ...}] and events [{metres, minutes, place, kind, event, since,
   * not_before, precision, confirmed, told_by}] in the area or within a 15-minute walk, owners [{kind, owner_kind, n, n_run}] of
   * the area itself, places_here [place], and of these losses [{place, kind, only, nearest, ...}], a row a kind, and listings
   * [{place, listing, source, state, event, date, means, ...}], a row a dated event of an entry of a register.
   */
  function unpack(chunk, a, pace) {
    const minutes = (metres) => (metres === null ? null : metres / pace);
    const area = { row: chunk.first + a, why: {}, weights: {}, numbers: {}, reach: {} };
    for (const index of Object.keys(chunk.pushes)) {
      const found = pushes(chunk.pushes[index], a);
      if (found) area.why[index] = found;
    }
    for (const [index, { scope, ranks }] of Object.entries(chunk.weights)) {
      const own = Object.entries(ranks).map(([set, column]) => [set, at(column, a)]);
      area.weights[index] = { scope, ranks: Object.fromEntries(own) };
    }
    const reason = (one) => {
      const which = at(one.null_reason, a);
      return which === null ? null : one.reasons[which];
    };
    for (const [name, one] of Object.entries(chunk.numbers)) {
      const [value, n_counted, n_of] = ["value", "n_counted", "n_of"].map((column) => at(one[column], a));
      area.numbers[name] = { value, n_counted, n_of, coverage: COVERAGE[at(one.coverage, a)], null_reason: reason(one) };
    }
    for (const [kind, one] of Object.entries(chunk.reach)) {
      const [n10, n15, metres, standard] = ["n10", "n15", "metres", "standard"].map((column) => at(one[column], a));
      const found = { n10, n15, metres, standard, minutes: minutes(metres), place: place(chunk, at(one.place, a)) };
      area.reach[kind] = { ...found, gap: GAPS[at(one.gap, a)], coverage: COVERAGE[at(one.coverage, a)], null_reason: reason(one) };
    }
    area.within = within(chunk, a).map((one) => ({ ...one, minutes: minutes(one.metres) }));
    area.peers = byIndex(items(chunk, chunk.peers, a));
    area.changes = byIndex(items(chunk, chunk.changes, a));
    const pointed = (list, name, table) =>
      items(chunk, list, a).map((one) => {
        const found = record(table, one[name]);
        return { ...found, place: place(chunk, found.place), metres: one.metres, minutes: minutes(one.metres) };
      });
    area.events = pointed(chunk.events, "happening", chunk.happenings);
    area.candidates = pointed(chunk.candidates, "opportunity", chunk.opportunities);
    area.owners = items(chunk, chunk.owners, a);
    const ofPlace = (list) => items(chunk, list, a).map((one) => ({ ...one, place: place(chunk, one.place) }));
    area.losses = ofPlace(chunk.losses);
    area.listings = ofPlace(chunk.listings);
    area.places_here = [];
    for (let i = 0; i < chunk.places.place_id.length; i++) {
      if (at(chunk.places.row, i) === area.row) area.places_here.push(place(chunk, i));
    }
    return area;
  }

  function within(chunk, a) {
    const found = [];
    const numbers = CG.unpack(chunk.within.packed[a]);
    let kind = 0;
    let which = 0;
    for (let i = 0; i < numbers.length; i += 3) {
      if (i === 0 || numbers[i] > 0) which = 0;
      kind += numbers[i];
      which += numbers[i + 1];
      found.push({ place: place(chunk, which), kind: chunk.within.kinds[kind], metres: numbers[i + 2] });
    }
    return found.sort((x, y) => x.metres - y.metres);
  }
})();
