/* The map: outlines from tiles, coloured by class; what is under the pointer or the cross; places; what was chosen. */
(function () {
  "use strict";
  const CG = window.CG;
  const { palette } = CG;
  const { LAYERS, archive, source } = CG.tiles;
  const LINES_FROM = { area: 10.5, msoa: 7.5 };
  const NOT_YET = -9; // a shape that has no class yet
  const SMALL = window.matchMedia("(max-width: 999px)");
  const at = (id) => document.getElementById(id);
  const painted = {}; // level -> the number of the colour of every row
  const added = {};
  let map = null;
  let now = null; // the classes on the map
  let turn = 0;
  let camera = null;
  let wanted = null; // where the map was told to go before there was one
  let clicked = false; // what is chosen was chosen on the map

  function note(words) {
    at("map-note").textContent = words || "";
    at("map-note").hidden = !words;
  }

  const look = ["number", ["feature-state", "look"], NOT_YET];
  const COLOUR = ["match", look, ...palette.colours.flatMap((colour, i) => [i, colour]),
    palette.UNKNOWN, palette.unknown, palette.OUTSIDE, palette.outside, "rgba(0,0,0,0)"];

  /** The shapes of a level: their colour and their lines. Once each. */
  function level(id) {
    added[id] = added[id] || (async () => {
      const layer = LAYERS[id];
      await source(map, id, layer, { promoteId: "row" });
      const common = { source: id, "source-layer": layer, layout: { visibility: "none" } };
      const under = "authority-under";
      map.addLayer({ ...common, id: `${id}-fill`, type: "fill", paint: { "fill-color": COLOUR, "fill-antialias": false } }, under);
      if (LINES_FROM[id]) {
        map.addLayer({ ...common, id: `${id}-line`, type: "line", minzoom: LINES_FROM[id], paint: { "line-color": "#ffffff", "line-opacity": 0.75, "line-width": ["interpolate", ["linear"], ["zoom"], LINES_FROM[id], 0.3, 15, 1.6] } }, under);
      }
    })();
    return added[id];
  }

  function visible(id, shown) {
    for (const part of ["fill", "line"]) {
      if (map.getLayer(`${id}-${part}`)) map.setLayoutProperty(`${id}-${part}`, "visibility", shown ? "visible" : "none");
    }
  }

  /** Gives every shape its colour; those that keep theirs are left alone. */
  function colour({ level: id, looks }) {
    const before = painted[id];
    const target = { source: id, sourceLayer: LAYERS[id], id: 0 };
    looks.forEach((own, row) => {
      if (before && before[row] === own) return;
      map.setFeatureState({ ...target, id: row }, { look: own });
    });
    painted[id] = looks;
  }

  /** Hatches what is not known: a second look at the same tiles, as a pattern over every shape would be slow to draw. */
  async function hatched({ level: id, looks }) {
    const rows = [];
    looks.forEach((own, row) => own === palette.UNKNOWN && rows.push(row));
    for (const other of Object.keys(LAYERS)) {
      if (map.getLayer(`${other}-hatch`)) map.setLayoutProperty(`${other}-hatch`, "visibility", other === id && rows.length ? "visible" : "none");
    }
    if (!rows.length) return;
    const filter = ["match", ["get", "row"], rows, true, false];
    const mine = turn;
    await source(map, `${id}-unknown`, LAYERS[id]);
    if (mine !== turn) return;
    if (map.getLayer(`${id}-hatch`)) return map.setFilter(`${id}-hatch`, filter);
    map.addLayer({ id: `${id}-hatch`, type: "fill", source: `${id}-unknown`, "source-layer": LAYERS[id], filter, paint: { "fill-pattern": "hatch", "fill-antialias": false } }, map.getLayer(`${id}-line`) ? `${id}-line` : "authority-under");
  }

  async function paint(state) {
    const mine = ++turn;
    const asked = CG.shown(state);
    const [classes] = await Promise.all([CG.classes(state), map ? level(asked.level) : null]);
    if (mine !== turn) return;
    now = classes;
    CG.drawLegend(classes, state);
    if (!map) return;
    note(null);
    colour(classes);
    hatched(classes).catch(failed);
    for (const id of Object.keys(added)) visible(id, id === classes.level);
    map.setPaintProperty("authority-line", "line-width", classes.level === "authority" ? 0.8 : ["interpolate", ["linear"], ["zoom"], 6, 0.5, 10, 1.6]);
    at("map").dataset.shown = [classes.member.id, classes.show, classes.level, classes.scope.kind].join("/");
  }

  /* ---- what is at a point ---- */

  function under(point) {
    const layers = ["candidates", "closures", "kinds"].filter((id) => map.getLayer(id));
    const near = [[point.x - 6, point.y - 6], [point.x + 6, point.y + 6]];
    const [place] = layers.length ? map.queryRenderedFeatures(near, { layers }) : [];
    if (place) return { place: place.properties };
    const fill = now && `${now.level}-fill`;
    if (!fill || !map.getLayer(fill)) return null;
    const [shape] = map.queryRenderedFeatures(point, { layers: [fill] });
    return shape ? { shape: { row: shape.id, ...shape.properties } } : null;
  }

  const kindTitle = (id) => (CG.atlas.kinds.find((kind) => kind.kind === id) || { title: id }).title;

  function lines(found) {
    if (found.place) {
      const { name, kind, what, status } = found.place;
      const state = what ? CG.words("candidate", what) : status === "open" ? null : CG.words("status", status);
      return [name || CG.say.nameOf(null, "place"), [kindTitle(kind), state].filter(Boolean).join(": ")];
    }
    const { row, code, name } = found.shape;
    return [name || code, now.of(row) === palette.OUTSIDE ? "outside what is compared" : now.text(row)];
  }

  function choose(found) {
    if (!found) return;
    clicked = true;
    if (found.place) CG.select({ place: found.place.place_id });
    else if (now.level === "area") CG.select({ area: found.shape.code });
    else CG.select({ group: { level: now.level, code: found.shape.code } });
    clicked = false;
  }

  function tip(point, found) {
    const box = at("tip");
    box.hidden = !found;
    map.getCanvas().style.cursor = found ? "pointer" : "";
    if (!found) return;
    const [name, value] = lines(found);
    box.replaceChildren(CG.el("strong", null, CG.el("bdi", null, name)), CG.el("span", null, value));
    const { clientWidth: width } = at("map");
    box.style.left = `${Math.min(Math.max(point.x, 90), width - 90)}px`;
    box.style.top = `${point.y}px`;
    box.classList.toggle("below", point.y < 90);
  }

  const centre = () => ({ x: at("ground").clientWidth / 2, y: at("ground").clientHeight / 2 });

  function hear() {
    let waits = null;
    map.on("mousemove", ({ point }) => {
      if (!waits) requestAnimationFrame(() => {
        if (waits && now) tip(waits, under(waits));
        waits = null;
      });
      waits = point;
    });
    map.on("mouseout", () => {
      waits = null;
      tip(null, null);
    });
    map.on("click", ({ point }) => choose(under(point)));
    map.on("moveend", () => {
      const { lng, lat } = map.getCenter();
      CG.set({ view: [Number(lng.toFixed(4)), Number(lat.toFixed(4)), Number(map.getZoom().toFixed(2))] });
      if (document.activeElement === map.getCanvas()) map.once("idle", () => said(under(centre())));
    });
    map.on("error", ({ error }) => note(error && error.message ? `${CG.say.upper(error.message)}.` : null));
    const canvas = map.getCanvas();
    canvas.setAttribute("aria-describedby", "map-help");
    canvas.addEventListener("keydown", (event) => event.key === "Enter" && choose(under(centre())));
    canvas.addEventListener("focus", () => (at("cross").hidden = !canvas.matches(":focus-visible")));
    canvas.addEventListener("blur", () => (at("cross").hidden = true));
  }

  function said(found) {
    at("map-said").textContent = found ? lines(found).join(": ") : "Nothing here.";
  }

  /* ---- the start ---- */

  /** The control that goes back to all of the release. */
  function back() {
    const words = `Show all of ${CG.atlas.release.areas_asked}`;
    const button = CG.el("button", { type: "button", title: words, "aria-label": words, class: "whole", on: { click: () => camera.fly(null) } });
    return { onAdd: () => CG.el("div", { class: "maplibregl-ctrl maplibregl-ctrl-group" }, button), onRemove() {} };
  }

  async function begin(state) {
    const [{ bounds }, classes] = await Promise.all([archive("authorities").header(), CG.classes(state)]);
    CG.drawLegend(classes, state); // before the map, whose size it settles
    const { options, looked } = await CG.firstView(state, bounds);
    const { maplibregl } = window;
    maplibregl.addProtocol("cg", CG.tiles.answer);
    map = new maplibregl.Map({
      container: "ground", ...options, maxZoom: 17, minZoom: 3, attributionControl: false, fadeDuration: 0, renderWorldCopies: false,
      dragRotate: false, pitchWithRotate: false, touchPitch: false, refreshExpiredTiles: false,
      locale: { "Map.Title": `Map of ${CG.atlas.release.areas_asked}` },
      style: { version: 8, sources: {}, layers: [] }, // the sea is the page's own colour
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
    map.addControl(back(), "top-right");
    await new Promise((done) => map.once("style.load", done));
    map.addImage("hatch", CG.marks.hatch());
    await source(map, "authority", "authorities", { promoteId: "row" });
    const anchor = (id) => ({ id, type: "background", layout: { visibility: "none" } }); // what others are put under
    map.addLayer({ id: "authority-under", type: "line", source: "authority", "source-layer": "authorities", minzoom: 7, paint: { "line-color": "#ffffff", "line-width": ["interpolate", ["linear"], ["zoom"], 7, 1, 10, 3.4] } });
    map.addLayer({ id: "authority-line", type: "line", source: "authority", "source-layer": "authorities", paint: { "line-color": palette.line, "line-width": 0.8 } });
    map.addLayer(anchor("chosen"));
    if (CG.atlas.attribution.some((one) => one.includes("OpenStreetMap"))) at("credit").textContent = "© OpenStreetMap contributors and other sources";
    CG.map = map;
    camera = CG.camera(map, bounds, looked);
    hear();
    // what was chosen while the map was being made, as by the search of the front page
    if (wanted) camera.fly(wanted);
    else if (["area", "group"].some((part) => CG.state[part] && CG.state[part] !== state[part])) camera.bring(CG.state).catch(failed);
    CG.labels(map, at("labels"));
    const { lng, lat } = map.getCenter();
    CG.set({ view: [Number(lng.toFixed(4)), Number(lat.toFixed(4)), Number(map.getZoom().toFixed(2))] });
  }

  /** Moves the map to `{bbox: [w, s, e, n]}` or `{lon, lat, zoom}`, at once or as soon as there is one. */
  CG.fly = (at) => (camera ? camera.fly(at) : (wanted = at));

  const PARTS = ["member", "level", "scope", "show"];
  const failed = (problem) => note(`${CG.say.upper(problem.message)}.`);
  let began = null;

  CG.on("state", (state, changed) => {
    if (!began) began = start(state);
    if (changed.has("view") && state.view && camera) camera.follow(state.view);
    const elsewhere = camera && !clicked && !changed.has("view") && ["area", "group"].some((part) => changed.has(part) && state[part]);
    // a panel comes up over the lower part of a small screen: the map goes to the top, so that it stays to be seen
    if (SMALL.matches && ["area", "group", "place"].some((part) => changed.has(part) && state[part])) at("map").scrollIntoView({ block: "start" });
    if (elsewhere) camera.bring(state).catch(failed);
    began.then(() => {
      const shown = CG.shown(CG.state);
      const drawn = now && now.level === shown.level && !PARTS.some((part) => changed.has(part));
      if (!drawn) paint(CG.state).catch(failed);
      else if (["kinds", "candidates", "closures"].some((part) => changed.has(part))) CG.drawLegend(now, CG.state);
      if (!map) return;
      if (["area", "compare", "group"].some((part) => changed.has(part))) CG.outline(map, CG.state).catch(failed);
      if (["kinds", "candidates", "closures", "place"].some((part) => changed.has(part))) CG.drawPlaces(map).catch(failed);
    });
  });

  /** Asks for what will be needed while the rest is on its way; what is wrong with it is told when it is needed. An address
   * that names an area leads to where areas are drawn. */
  function early(state) {
    const { level: first, member, show } = CG.shown(state);
    const soon = state.area && !state.view ? "area" : first;
    archive(LAYERS[soon]).header().catch(() => null);
    if (soon === "area" && show === "value") CG.load(`values/${member.id}`).catch(() => null);
  }

  /** Begins with the map, or says why there is none; the legend, controls and table do without. */
  async function start(state) {
    if (location.protocol === "file:") return;
    try {
      const { maplibregl } = window;
      if (!maplibregl) throw new Error("the map library could not be loaded");
      maplibregl.setWorkerCount(Math.max(2, maplibregl.getWorkerCount())); // shapes are cut while others are read
      maplibregl.prewarm(); // its workers start while the data is on its way
      early(state);
      await begin(state);
    } catch (problem) {
      map = null;
      const gl = /webgl/i.test(problem.message);
      note(gl ? "This browser cannot draw the map (it has no WebGL). The table shows the same." : `${CG.say.upper(problem.message)}. The table shows the same.`);
    }
  }
})();
