/* Where the map looks: at all of the release, at a scope, at what was chosen elsewhere on the page. */
(function () {
  "use strict";
  const CG = window.CG;
  const ALL = { padding: 16 };
  const ONE = { padding: 30, maxZoom: 14 };
  const NEAR = 12.5, FROM = 9.5; // zoom at which an area is looked at, and from which it need not be
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");

  async function boxOf(level, code) {
    const groups = await CG.groups(level);
    const row = groups.rowOf.get(code);
    return row === undefined ? null : { bbox: groups.bbox[row] };
  }

  /** What a state says is looked at, as `{bbox}` or `{lon, lat, zoom}`: the area or larger area chosen, else the scope; null for all. */
  async function target({ area, group, scope }) {
    if (area) {
      const { rowOf, lon, lat } = await CG.areas();
      const row = rowOf.get(area);
      return row === undefined ? null : { lon: lon[row], lat: lat[row], zoom: NEAR };
    }
    if (group) return boxOf(group.level, group.code);
    return ["region", "authority"].includes(scope.kind) ? boxOf(scope.kind, scope.code) : null;
  }

  /** Looks after `map`, whose release lies in `bounds`; `looked` is what it looks at first. */
  CG.camera = (map, bounds, looked) => {
    let home = looked; // what is looked at, and still is when the map's size changes; null once someone moved it

    /** Room at the edges: what lies over the map (the panel of a phone) counts as edge. */
    function options({ padding, ...more }) {
      const ground = document.getElementById("ground").getBoundingClientRect();
      const panel = document.getElementById("panel").getBoundingClientRect();
      const over = panel.height && panel.left < ground.right && panel.top > ground.top ? Math.max(0, Math.min(ground.bottom - panel.top, ground.height * 0.6)) : 0;
      return { ...more, padding: { top: padding, left: padding, right: padding, bottom: padding + over } };
    }

    function look(at, animate) {
      const moving = { animate: animate && !still.matches, duration: 700 };
      if (!at) return map.fitBounds(bounds, { ...ALL, ...moving });
      if (at.bbox) return map.fitBounds(at.bbox, { ...options(ONE), ...moving });
      const { padding } = options({ padding: 0 });
      const to = { center: [at.lon, at.lat], zoom: Math.max(at.zoom || NEAR, map.getZoom()), offset: [0, -padding.bottom / 2] };
      return map.easeTo({ ...to, ...moving });
    }

    map.on("movestart", ({ originalEvent }) => originalEvent && (home = null));
    map.on("resize", () => home && look(home.at, false));

    /** Moves to `{bbox}` or `{lon, lat, zoom}`, or to all of the release. */
    function fly(at) {
      home = { at };
      look(at, true);
    }

    function inView({ bbox, lon, lat }) {
      const view = map.getBounds();
      if (bbox) return view.contains(bbox.slice(0, 2)) && view.contains(bbox.slice(2)) && (bbox[2] - bbox[0]) * 6 > view.getEast() - view.getWest();
      return map.getZoom() >= FROM && view.contains([lon, lat]);
    }

    /** Goes to what was chosen on another part of the page, unless it is to be seen already. */
    async function bring(state) {
      const at = await target(state);
      if (at && !inView(at)) fly(at);
    }

    /** Follows a view that an address tells. */
    function follow(view) {
      const { lng, lat } = map.getCenter();
      const moved = Math.abs(lng - view[0]) > 1e-3 || Math.abs(lat - view[1]) > 1e-3 || Math.abs(map.getZoom() - view[2]) > 0.02;
      if (!moved || map.isMoving()) return;
      home = null;
      map.jumpTo({ center: view.slice(0, 2), zoom: view[2] });
    }

    return { fly, bring, follow };
  };

  /** How a new map is to begin: what MapLibre takes, and what `CG.camera` takes as looked at. */
  CG.firstView = async (state, bounds) => {
    if (state.view) return { options: { center: state.view.slice(0, 2), zoom: state.view[2] }, looked: null };
    const at = await target(state);
    if (at && !at.bbox) return { options: { center: [at.lon, at.lat], zoom: at.zoom }, looked: { at } };
    return { options: { bounds: at ? at.bbox : bounds, fitBoundsOptions: at ? ONE : ALL }, looked: { at } };
  };
})();
