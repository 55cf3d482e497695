/* The controls: what to show, where, how sure, which places; each a plain form element that changes the state. */
(function () {
  "use strict";
  const CG = window.CG;
  const { el } = CG;
  const { joined, lower, upper, day, counted } = CG.say;
  const KINDS = { place: "Places", space: "Open spaces", organisation: "Organisations", site: "Sites and listings" };
  const SCOPES = { nation: "", region: "one region", authority: "one authority", like_areas: "areas of one sort" };
  const WIDE = window.matchMedia("(min-width: 1000px)");
  const at = (id) => document.getElementById(id);
  let asked = 0;

  const option = (value, words, attributes) => el("option", { value, ...attributes }, words);

  function inGroups() {
    const { members } = CG.atlas;
    const words = (member) => member.title + (member.n_known ? "" : " (not known here)");
    const options = (some) => some.map((member) => option(member.id, words(member)));
    const indices = members.filter((member) => member.kind === "index");
    const groups = [el("optgroup", { label: "Indices" }, options(indices))];
    for (const index of indices) {
      const of = (kind) => options(members.filter((member) => member.kind === kind && member.index === index.id));
      groups.push(el("optgroup", { label: `${index.title}: its domains` }, of("domain")));
      groups.push(el("optgroup", { label: `${index.title}: its indicators` }, of("indicator")));
    }
    groups.push(el("optgroup", { label: "Other indicators" }, options(members.filter((member) => !member.index))));
    return groups.filter((group) => group.children.length);
  }

  const present = (list, words) => (list && list.length ? words(list) : null);

  /** What is known of a measure before its map is read. */
  function about(member) {
    const { sources, release } = CG.atlas;
    const from = (member.sources || []).filter((key) => sources[key]).map((key) => sources[key].title);
    const parts = [
      member.question,
      member.reads ? `Scores: ${member.reads}.` : null,
      ...(member.must_say || []),
      member.kind === "domain" && member.weight ? `Weight in its index: ${Math.round(member.weight * 100)} %.` : null,
      member.kind === "domain" && !member.is_in_index ? "Shown beside its index; not counted in it." : null,
      member.unit && member.kind === "indicator" ? `${upper(member.unit)}${member.direction ? `; ${CG.words("direction", member.direction)}` : ""}.` : null,
      member.describes ? `Describes: ${/^\d{4}-\d\d-\d\d$/.test(member.describes) ? day(member.describes) : member.describes}.` : null,
      member.is_modelled ? "Modelled, not counted." : null,
      present(from, (titles) => `From ${joined(titles)}.`),
      member.n_known < release.n_areas ? `Known for ${counted(member.n_known, "area", "areas")} of ${counted(release.n_areas, "area", "areas")}.` : null,
    ];
    const more = [...(member.cautions || []), member.note ? `${upper(member.note)}.`.replace("..", ".") : null].filter(Boolean);
    return [el("p", null, parts.filter(Boolean).join(" ")),
      more.length ? el("details", null, el("summary", null, "Before you read it"), el("ul", null, more.map((words) => el("li", null, words)))) : null].filter(Boolean);
  }

  function fillShow(member, shown) {
    const fits = CG.fits(member);
    const { typology } = CG.atlas.labels;
    at("choose-show").replaceChildren(...Object.entries(CG.showWords)
      .filter(([show]) => show !== "label" || typology)
      .map(([show, words]) => option(show, upper(words), { disabled: !fits.includes(show) })));
    at("choose-show").value = shown.show;
  }

  async function fillWhich({ kind, code }) {
    at("which-field").hidden = kind === "nation";
    if (kind === "nation") return;
    const turn = ++asked;
    const groups = await CG.groups(kind);
    if (turn !== asked) return;
    const order = groups.code.map((_, row) => row).sort((a, b) => String(groups.name[a]).localeCompare(String(groups.name[b]), "en-GB"));
    at("choose-which").replaceChildren(...order.map((row) => option(groups.code[row], groups.name[row] || groups.code[row])));
    at("choose-which").value = code;
  }

  function kindBoxes() {
    const shown = CG.atlas.kinds.filter((kind) => kind.n_places && kind.is_shown);
    return Object.entries(KINDS).map(([group, title]) => {
      const kinds = shown.filter((kind) => kind.group === group);
      return kinds.length ? el("details", { class: "kinds" }, el("summary", null, title), el("div", null, kinds.map((kind) =>
        el("p", null, el("label", null, el("input", { type: "checkbox", name: "kind", value: kind.kind }), ` ${kind.title} `, el("span", { class: "n" }, `(${kind.n_places.toLocaleString("en-GB")})`)))))) : null;
    }).filter(Boolean);
  }

  function build(atlas) {
    const { nation, release, levels, scopes, kinds } = atlas;
    const scopeWords = { ...SCOPES, nation: `all of ${nation.name}` };
    at("choose-member").replaceChildren(...inGroups());
    const automatic = release.n_areas > 8000 ? "by zoom" : levels.find((level) => level.id === "area").several;
    at("choose-level").replaceChildren(option("auto", `Automatic (${automatic})`),
      ...levels.filter((level) => level.tiles).map((level) => option(level.id, upper(level.several))));
    at("choose-scope").replaceChildren(...scopes.map((scope) => option(scope.id, upper(scopeWords[scope.id]))));
    at("choose-kinds").replaceChildren(...kindBoxes());
    at("choose-candidates").closest("p").hidden = !kinds.some((kind) => kind.has_candidates);
    const choices = at("choices");
    choices.open = WIDE.matches;
    WIDE.addEventListener("change", () => (choices.open = WIDE.matches));
  }

  async function scopeChosen(kind) {
    if (kind === "nation") return CG.set({ scope: { kind, code: null } });
    const groups = await CG.groups(kind);
    let row = 0;
    const area = CG.state.area ? (await CG.areas()).rowOf.get(CG.state.area) : undefined;
    if (area !== undefined) row = await rowOfScope(kind, area);
    else if (CG.state.group && CG.state.group.level === kind) row = groups.rowOf.get(CG.state.group.code);
    else if (kind !== "like_areas") row = nearest(groups.bbox);
    whole({ kind, code: groups.code[row || 0] });
  }

  /** The group that the area is in, so that a scope begins with where one looks. */
  async function rowOfScope(kind, area) {
    const areas = await CG.areas();
    return areas[kind] ? areas[kind][area] : (await CG.groups("authority"))[kind][areas.authority[area]];
  }

  /** The group whose box has its middle nearest to the middle of the view. */
  function nearest(boxes) {
    const [lon, lat] = CG.state.view || [0, 0];
    const far = ([w, s, e, n]) => ((w + e) / 2 - lon) ** 2 + (((s + n) / 2 - lat) * 1.6) ** 2;
    return CG.state.view ? boxes.reduce((best, box, i) => (far(box) < far(boxes[best]) ? i : best), 0) : 0;
  }

  /** Compares within a scope and looks at all of it. */
  async function whole(scope) {
    CG.set({ scope });
    if (scope.kind === "nation" || scope.kind === "like_areas") return;
    const groups = await CG.groups(scope.kind);
    if (CG.fly) CG.fly({ bbox: groups.bbox[groups.rowOf.get(scope.code)] });
  }

  function listen() {
    const on = (id, change) => at(id).addEventListener("change", () => change(at(id).value));
    on("choose-member", (member) => CG.set({ member }));
    on("choose-show", (show) => CG.set({ show }));
    on("choose-level", (level) => CG.set({ level }));
    on("choose-scope", scopeChosen);
    on("choose-which", (code) => whole({ kind: CG.state.scope.kind, code }));
    at("choose-candidates").addEventListener("change", (event) => CG.set({ candidates: event.target.checked }));
    at("choose-closures").addEventListener("change", (event) => CG.set({ closures: event.target.checked }));
    at("choose-kinds").addEventListener("change", () => {
      const boxes = Array.from(document.querySelectorAll('#choose-kinds input:checked'), (box) => box.value);
      const kept = CG.state.kinds.filter((kind) => boxes.includes(kind)); // each keeps its colour while others come
      CG.set({ kinds: [...kept, ...boxes.filter((kind) => !kept.includes(kind))] });
    });
    at("choose").addEventListener("submit", (event) => event.preventDefault());
  }

  function show(state) {
    const shown = CG.shown(state);
    at("choose-member").value = shown.member.id;
    at("about-member").replaceChildren(...about(shown.member));
    fillShow(shown.member, shown);
    const alone = shown.member.kind !== "index" || shown.show !== "value";
    for (const entry of at("choose-level").options) entry.disabled = alone && ["msoa", "authority"].includes(entry.value);
    at("choose-level").value = state.level;
    at("choose-scope").value = state.scope.kind;
    at("choose-candidates").checked = state.candidates;
    at("choose-closures").checked = state.closures;
    document.querySelectorAll("#choose-kinds input").forEach((box) => {
      box.checked = state.kinds.includes(box.value);
      if (box.checked) box.closest("details").open = true;
    });
    at("chosen").textContent = CG.titleOf(shown);
    fillWhich(state.scope).catch(() => (at("which-field").hidden = true));
  }

  let built = false;
  CG.on("state", (state, changed) => {
    if (!built) {
      build(CG.atlas);
      listen();
      built = true;
    }
    if (["member", "show", "level", "scope", "kinds", "candidates", "closures"].some((part) => changed.has(part))) show(state);
  });
})();
