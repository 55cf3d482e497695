/* The panel of one place: its kind, who owns it or that it is not known, its status, who names it, what it is a
 * candidate for and on what evidence, and the small area it lies in. */
(function () {
  "use strict";
  const CG = window.CG;
  const { el, parts, say } = CG;

  const NEAR_VIEW = 40; // areas nearest to the middle of the map whose chunks may tell of a place without a name

  function inIt(near, id) {
    const own = [
      ...near.within.map((found) => found.place),
      ...near.places_here,
      ...Object.values(near.reach).map((kind) => kind.place),
      ...(near.candidates || []).map((row) => row.place),
    ];
    return own.find((place) => place && place.place_id === id);
  }

  async function ofRow(row, id) {
    const near = await CG.near(row);
    const place = inIt(near, id);
    return place ? { near, place } : null;
  }

  /** A place by its id, and what is near the area it was found by: the area chosen, if it reaches the place, else the one
   * it lies in, else (for a place without a name, which no list of names holds) one near the middle of the map. */
  async function found(id) {
    const { area, view } = CG.state;
    const areas = await CG.areas();
    const chosen = area ? areas.rowOf.get(area) : undefined;
    const first = chosen === undefined ? null : await ofRow(chosen, id);
    if (first) return first;
    const names = await CG.placeNames();
    const at = names.place_id.indexOf(id);
    if (at >= 0) return ofRow(names.row[at], id);
    if (!view) return null;
    for (const row of nearest(areas, view[0], view[1])) {
      const held = await ofRow(row, id);
      if (held) return held;
    }
    return null;
  }

  function nearest(areas, lon, lat) {
    const wide = Math.cos((lat * Math.PI) / 180);
    const far = areas.lon.map((x, row) => [((x - lon) * wide) ** 2 + (areas.lat[row] - lat) ** 2, row]);
    return far
      .sort((a, b) => a[0] - b[0])
      .slice(0, NEAR_VIEW)
      .map((one) => one[1]);
  }

  function kindsOf(place, atlas) {
    return place.kinds.filter(Boolean).map((kind) => CG.here.kindOf(atlas, kind).one);
  }

  function owner(place) {
    if (!place.owner_kind || place.owner_kind === "unknown") return say.NOT_KNOWN;
    return CG.words("owner_kind", place.owner_kind);
  }

  function facts(place, atlas) {
    const source = atlas.sources[place.name_source];
    const told = (list, code) => (code && code !== "unknown" ? CG.words(list, code) : say.NOT_KNOWN);
    const rows = [
      ["Kind", say.joined(kindsOf(place, atlas)) || say.NOT_KNOWN],
      ["Status", told("status", place.status)],
      ["Owner", owner(place)],
      ["Run by", told("run_by", place.run_by)],
      ["In community hands", place.in_community_hands ? "yes, as a list or register says" : "not that we know of"],
      ["Tenure", told("tenure_band", place.tenure_band)],
      place.opening_hours ? ["Opening hours", parts.name(place.opening_hours)] : null,
      place.use_state ? ["Use", CG.words("use_state", place.use_state)] : null,
      [
        "Name from",
        source
          ? `${source.title}${source.as_at ? `, ${say.day(source.as_at)}` : ""}`
          : place.name_source || say.NOT_KNOWN,
      ],
    ];
    return el(
      "dl",
      { class: "where" },
      rows.filter(Boolean).map(([term, text]) => el("div", null, el("dt", null, term), el("dd", null, text))),
    );
  }

  function candidate(near, id, atlas) {
    const rows = (near.candidates || []).filter((row) => row.place && row.place.place_id === id);
    if (!rows.length) return null;
    const told = rows.map((row) => [
      el("strong", null, say.upper(CG.words("candidate", row.what))),
      `; ${CG.here.evidence(row, atlas)}`,
    ]);
    return el(
      "section",
      null,
      el("h3", null, "Candidate building or site"),
      el("p", { class: "small" }, "Somewhere to look, not an offer."),
      parts.list(told, { class: "lines" }),
    );
  }

  async function where(place, near) {
    const { code, name } = await CG.areas();
    const areaButton = (row) =>
      parts.button(parts.name(name[row] || code[row]), () => CG.select({ area: code[row] }), { class: "link" });
    const walk = near.within.find((found) => found.place && found.place.place_id === place.place_id);
    return [
      place.row === null
        ? el("p", null, "It lies outside the areas of this release.")
        : el("p", null, "It lies in ", areaButton(place.row), "."),
      walk
        ? el(
            "p",
            null,
            "From where people live in ",
            areaButton(near.row),
            `: ${say.number(walk.metres, 0)} m, ${say.minutes(walk.minutes)} on foot.`,
          )
        : null,
    ];
  }

  /** The panel of a place as {title, code, body}; null for a place this release has not. */
  CG.placeProfile = async (id) => {
    const atlas = await CG.load("atlas");
    const held = await found(id);
    if (!held) return null;
    const { near, place } = held;
    const home = place.row === null || place.row === near.row ? near : await CG.near(place.row);
    return {
      title: say.nameOf(place.name, kindsOf(place, atlas)[0] || "place"),
      code: id,
      body: [
        facts(place, atlas),
        await where(place, near),
        candidate(home, id, atlas),
        el(
          "p",
          { class: "small" },
          "All that is known of a place, and who would lose out if it closed: ",
          el("code", null, `commonground place ${id}`),
          ".",
        ),
      ],
    };
  };
})();
