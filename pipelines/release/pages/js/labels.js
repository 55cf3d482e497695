/* Names on the map as plain text above it (the map library would need a font server): authorities, and MSOAs when near. */
(function () {
  "use strict";
  const CG = window.CG;
  const MSOAS_FROM = 12.2; // zoom
  const MOST = 46;
  const LETTER = 7.4, LINE = 15, ROOM = 7; // pixels
  const middle = ([west, south, east, north]) => [(west + east) / 2, (south + north) / 2];

  /** Keeps names above `map`, in `box`: the larger first, none over another, those in view alone. */
  CG.labels = (map, box) => {
    let shown = [];
    let turn = 0;

    function fits(taken, at, wide) {
      const own = [at.x - wide / 2 - ROOM, at.y - LINE / 2 - ROOM, at.x + wide / 2 + ROOM, at.y + LINE / 2 + ROOM];
      if (taken.some((other) => own[0] < other[2] && other[0] < own[2] && own[1] < other[3] && other[1] < own[3])) return false;
      taken.push(own);
      return true;
    }

    function place() {
      for (const { element, point } of shown) {
        const at = map.project(point);
        element.style.transform = `translate(${at.x.toFixed(1)}px, ${at.y.toFixed(1)}px) translate(-50%, -50%)`;
      }
    }

    async function choose() {
      const mine = ++turn;
      const levels = map.getZoom() >= MSOAS_FROM && CG.atlas.levels.some((level) => level.id === "msoa") ? ["authority", "msoa"] : ["authority"];
      const groups = await Promise.all(levels.map((level) => CG.groups(level)));
      if (mine !== turn) return;
      const { clientWidth: width, clientHeight: height } = box;
      const taken = [];
      const next = [];
      groups.forEach((group, g) => {
        const order = group.code.map((_, row) => row).sort((a, b) => group.n_areas[b] - group.n_areas[a]);
        for (const row of order) {
          if (!group.name[row] || next.length >= MOST) continue;
          const point = middle(group.bbox[row]);
          const at = map.project(point);
          const wide = Math.min(group.name[row].length, 30) * LETTER;
          if (at.x < wide / 2 || at.y < LINE || at.x > width - wide / 2 || at.y > height - LINE || !fits(taken, at, wide)) continue;
          next.push({ element: CG.el("span", { class: levels[g] }, CG.el("bdi", null, group.name[row])), point });
        }
      });
      shown = next;
      box.replaceChildren(...next.map((label) => label.element));
      place();
    }

    map.on("move", place);
    map.on("moveend", choose);
    map.on("resize", choose);
    choose();
  };
})();
