/* Places on the map: those of the kinds chosen, candidates, closures, and a ring around the one chosen. */
(function () {
  "use strict";
  const CG = window.CG;
  const GONE = ["closed", "no_longer_listed", "replaced"];

  const isKind = (kind) => ["in", `, ${kind},`, ["concat", ", ", ["get", "kinds"], ","]];

  function symbol(map, id, layer, filter, icon) {
    const size = ["interpolate", ["linear"], ["zoom"], 6, 0.4, 10, 0.65, 13, 1];
    map.addLayer({
      id, type: "symbol", source: "places", "source-layer": layer, filter,
      layout: { "icon-image": icon, "icon-size": size, "icon-allow-overlap": true, "icon-ignore-placement": true },
    });
  }

  function images(map, marks) {
    for (const mark of marks) {
      const { id, pixels, ratio } = CG.marks.image(mark);
      if (!map.hasImage(id)) map.addImage(id, pixels, { pixelRatio: ratio });
    }
  }

  /** Draws what the state asks for; what it no longer does is taken away. */
  CG.drawPlaces = async (map) => {
    const asked = CG.state;
    if (!map.getSource("places")) {
      if (!asked.kinds.length && !asked.candidates && !asked.closures && !asked.place) return;
      await CG.tiles.source(map, "places", "places");
    }
    const { state } = CG; // it may be another by now
    const marks = state.kinds.map((_, i) => CG.marks.ofKind(i));
    images(map, [...marks, CG.marks.CANDIDATE, CG.marks.CLOSED]);
    const gone = ["in", ["get", "status"], ["literal", GONE]];
    const icon = ["case", ...state.kinds.flatMap((kind, i) => [isKind(kind), CG.marks.idOf(marks[i])]), ""];
    const layers = {
      kinds: state.kinds.length && ["places", ["all", ["!", gone], ["any", ...state.kinds.map(isKind)]], icon],
      closures: state.closures && ["places", gone, CG.marks.idOf(CG.marks.CLOSED)],
      candidates: state.candidates && ["opportunities", true, CG.marks.idOf(CG.marks.CANDIDATE)],
    };
    for (const [id, layer] of Object.entries(layers)) {
      if (map.getLayer(id)) map.removeLayer(id);
      if (layer) symbol(map, id, ...layer);
    }
    if (map.getLayer("place-chosen")) map.removeLayer("place-chosen");
    if (!state.place) return;
    map.addLayer({
      id: "place-chosen", type: "circle", source: "places", "source-layer": "places", filter: ["==", ["get", "place_id"], state.place],
      paint: { "circle-radius": 11, "circle-color": "rgba(255,255,255,0.35)", "circle-stroke-color": "#0b0c0c", "circle-stroke-width": 3 },
    });
  };
})();
