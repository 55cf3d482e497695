/* The outline of what was chosen: a second look at the same tiles, so that a new choice does not cut coloured shapes anew. */
(function () {
  "use strict";
  const CG = window.CG;
  const { LAYERS, source } = CG.tiles;

  let turn = 0;

  async function chosenCodes({ area, compare, group }) {
    const codes = { area: [area, compare].filter(Boolean), msoa: [], authority: [] };
    if (!group) return codes;
    if (codes[group.level]) codes[group.level].push(group.code);
    else if (group.level === "ward") {
      const areas = await CG.areas();
      codes.area.push(...(await CG.rowsIn("ward", group.code)).map((row) => areas.code[row]));
    } else if (group.level === "region") {
      const [regions, authorities] = await Promise.all([CG.groups("region"), CG.groups("authority")]);
      const own = regions.rowOf.get(group.code);
      codes.authority.push(...authorities.code.filter((_, row) => authorities.region[row] === own));
    }
    return codes;
  }

  /** Outlines the areas or the larger area chosen; nothing where nothing is. */
  CG.outline = async (map, state) => {
    const mine = ++turn;
    const codes = await chosenCodes(state);
    if (mine !== turn) return;
    for (const [id, layer] of Object.entries(LAYERS)) {
      const name = `${id}-chosen`;
      const filter = ["in", ["get", "code"], ["literal", codes[id]]];
      if (!map.getLayer(name)) {
        if (!codes[id].length) continue;
        await source(map, name, layer);
        if (map.getLayer(name)) continue;
        const line = (width, tint) => ({ type: "line", source: name, "source-layer": layer, filter, layout: { "line-join": "round" }, paint: { "line-color": tint, "line-width": width } });
        map.addLayer({ id: `${name}-under`, ...line(6, "#ffffff") }, "chosen");
        map.addLayer({ id: name, ...line(3, "#0b0c0c") }, "chosen");
      }
      for (const part of [name, `${name}-under`]) map.setFilter(part, filter);
    }
  };
})();
