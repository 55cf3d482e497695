/* What the atlas shows: one state, kept in the address (so that a link restores it), changed by `CG.set`, heard by `CG.on`. */
(function () {
  "use strict";
  const CG = (window.CG = window.CG || {});
  const CODE = /^[A-Za-z0-9_.:-]{1,60}$/; // what an address may name; whether there is such a thing is asked of the data
  const LEVELS = ["auto", "area", "msoa", "authority"];
  const SHOWS = ["value", "range", "worst_share", "coverage", "label"];
  const SCOPES = ["nation", "region", "authority", "like_areas"];
  const NOTHING = Object.freeze({
    member: null, level: "auto", scope: Object.freeze({ kind: "nation", code: null }), show: "value",
    area: null, compare: null, group: null, place: null,
    kinds: Object.freeze([]), candidates: false, closures: false, view: null, table: false, sort: null,
  });
  const heard = [];
  let first = NOTHING; // with the member shown where none is named
  let written = "";
  let late = 0;

  const one = (list) => (text) => (list.includes(text) ? text : undefined);
  const code = (text) => (CODE.test(text) ? text : undefined);
  const flag = (text) => (text === "1" ? true : undefined);
  const pair = (text, kinds, names) => {
    const at = text.indexOf(":");
    const kind = at < 0 ? text : text.slice(0, at);
    const own = at < 0 ? null : code(text.slice(at + 1));
    return kinds.includes(kind) && own !== undefined ? { [names[0]]: kind, [names[1]]: own } : undefined;
  };
  function view(text) {
    const [lon, lat, zoom, more] = text.split(",").map(Number);
    const held = Math.abs(lon) <= 180 && Math.abs(lat) <= 85 && zoom >= 0 && zoom <= 22 && more === undefined;
    return held ? [lon, lat, zoom] : undefined;
  }

  /** How each part of the state stands in the address: [key there, part, read (undefined: no such thing), write]. */
  const WORDS = [
    ["m", "member", code, String],
    ["l", "level", one(LEVELS), String],
    ["s", "scope", (text) => pair(text, SCOPES, ["kind", "code"]), (scope) => scope.kind + (scope.code ? `:${scope.code}` : "")],
    ["show", "show", one(SHOWS), String],
    ["a", "area", code, String],
    ["with", "compare", code, String],
    ["g", "group", (text) => pair(text, ["msoa", "ward", "authority", "region", "like_areas"], ["level", "code"]), (group) => `${group.level}:${group.code}`],
    ["p", "place", code, String],
    ["k", "kinds", (text) => text.split(",").filter((kind) => CODE.test(kind)).slice(0, 60), (kinds) => kinds.join(",")],
    ["candidates", "candidates", flag, () => "1"],
    ["closures", "closures", flag, () => "1"],
    ["table", "table", flag, () => "1"],
    ["sort", "sort", code, String],
    ["v", "view", view, (at) => at.join(",")],
  ];

  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  /** The state that an address (what follows its #) tells; what it gets wrong is as if it had not been said. */
  function read(hash) {
    const said = new URLSearchParams(hash.replace(/^#/, ""));
    const state = { ...first };
    for (const [key, part, parse] of WORDS) {
      const text = said.get(key);
      const value = text === null ? undefined : parse(text);
      if (value !== undefined) state[part] = value;
    }
    if (state.scope.kind !== "nation" && !state.scope.code) state.scope = NOTHING.scope;
    if (CG.atlas && !CG.atlas.members.some((member) => member.id === state.member)) state.member = first.member;
    return state;
  }

  /** The address of a state: what differs from the first look, colons and commas left readable. */
  function write(state) {
    return WORDS.filter(([, part]) => !same(state[part], first[part]))
      .map(([key, part, , text]) => `${key}=${encodeURIComponent(text(state[part])).replace(/%3A/g, ":").replace(/%2C/g, ",")}`)
      .join("&");
  }

  function keep() {
    clearTimeout(late);
    late = setTimeout(() => {
      written = write(CG.state);
      // without the ?q= of another page's search box: it was answered, and would be answered again over what is told here
      history.replaceState(null, "", `${location.pathname}#${written}`);
    }, 120); // browsers refuse an address that changes with every step of a movement
  }

  function become(state, changed) {
    CG.state = Object.freeze(state);
    if (changed.size) heard.forEach((hear) => hear(CG.state, changed));
  }

  /** Changes parts of the state; the others are told which (a Set of their names). */
  CG.set = (patch) => {
    const changed = new Set(Object.keys(patch).filter((part) => !same(patch[part], CG.state[part])));
    if (!changed.size) return;
    become({ ...CG.state, ...patch }, changed);
    keep();
  };

  /** Calls `hear(state, changed)` at every change, and once at the start with every part changed. */
  CG.on = (event, hear) => {
    if (event !== "state") throw new Error(`nothing is told of ${event}`);
    heard.push(hear);
    if (CG.atlas) hear(CG.state, new Set(Object.keys(CG.state)));
  };

  /** Chooses an area (`{area}`, with `{postcode}` where one led to it), a larger area (`{group: {level, code}}`) or a
   * place (`{place}`, with `{lon, lat}` to go there); null chooses nothing. What was chosen to compare with stays while areas are chosen. */
  CG.select = (what) => {
    if (!what) return CG.set({ area: null, compare: null, group: null, place: null });
    if (what.area) return CG.set({ area: what.area, group: null, place: null });
    if (what.group) return CG.set({ area: null, compare: null, group: what.group, place: null });
    if (!what.place) return;
    CG.set({ place: what.place });
    if (what.lon !== undefined && CG.fly) CG.fly({ lon: what.lon, lat: what.lat, zoom: 14 });
  };

  CG.state = NOTHING;

  /** The address as it would be now, for a button that copies it. */
  CG.link = () => `${location.href.replace(/[?#].*$/, "")}#${write(CG.state)}`;

  function begin(atlas) {
    const shown = atlas.members.find((member) => member.kind === "index" && member.n_known) || atlas.members[0];
    first = { ...NOTHING, member: shown.id };
    CG.atlas = atlas;
    become(read(location.hash), new Set(Object.keys(NOTHING)));
    window.addEventListener("hashchange", () => {
      if (location.hash.replace(/^#/, "") === written) return;
      const next = read(location.hash);
      become(next, new Set(Object.keys(next).filter((part) => !same(next[part], CG.state[part]))));
    });
  }

  function failed() {
    const note = document.getElementById("map-note");
    note.textContent = "The data of this release could not be loaded, so there is nothing to show: is the folder whole?";
    note.hidden = false;
  }

  document.addEventListener("DOMContentLoaded", () => CG.load("atlas").then(begin, failed));
})();
