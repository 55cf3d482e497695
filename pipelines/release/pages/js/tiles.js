/* The tiles of the release as sources of the map: which file holds what, and how the map library gets at them. */
(function () {
  "use strict";
  const CG = window.CG;
  const TILES = new URL("../tiles/", document.baseURI).href;
  const LAYERS = { authority: "authorities", msoa: "msoas", area: "areas" };
  const archives = {};

  function archive(name) {
    archives[name] = archives[name] || CG.archive(`${TILES}${name}.pmtiles`);
    return archives[name];
  }

  /** Answers the map library, which asks by addresses of our own: cg://areas/9/255/170. */
  async function answer({ url }, { signal }) {
    const [name, z, x, y] = url.replace("cg://", "").split("/");
    const data = await archive(name).tile(Number(z), Number(x), Number(y), signal);
    return { data: data || new ArrayBuffer(0) };
  }

  /** Adds a file of tiles to the map under an id of its own, once. */
  async function source(map, id, name, more) {
    const { minZoom, maxZoom, bounds } = await archive(name).header();
    if (!map.getSource(id)) map.addSource(id, { type: "vector", tiles: [`cg://${name}/{z}/{x}/{y}`], minzoom: minZoom, maxzoom: maxZoom, bounds, ...more });
  }

  CG.tiles = { LAYERS, archive, answer, source };
})();
