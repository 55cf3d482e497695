/* Two areas side by side: how each stands by every index and domain, and what each has within a walk. */
(function () {
  "use strict";
  const CG = window.CG;
  const { el, parts, say } = CG;

  function table(caption, areas, rows) {
    const head = el(
      "tr",
      null,
      el("td", null),
      areas.map((area) => el("th", { scope: "col" }, parts.name(area.name))),
    );
    const body = rows.map(([title, first, second, strong]) =>
      el(
        "tr",
        { class: strong ? "strong" : null },
        el("th", { scope: "row" }, title),
        el("td", null, first),
        el("td", null, second),
      ),
    );
    return el(
      "table",
      { class: "beside" },
      el("caption", null, caption),
      el("thead", null, head),
      el("tbody", null, body),
    );
  }

  async function ofIndex(member, areas, atlas) {
    const own = await Promise.all(areas.map((area) => CG.why.standing(member.id, area.row)));
    const both = (title, tell, strong) => [title, tell(own[0], areas[0]), tell(own[1], areas[1]), strong];
    const ranks = await Promise.all(own.map((stands, i) => CG.why.headline(member, stands, areas[i], atlas)));
    const domains = atlas.members.filter((one) => one.kind === "domain" && one.index === member.id);
    const scores = await Promise.all(domains.map((one) => CG.load(`values/${one.id}`)));
    const range = (stands) =>
      typeof stands.rank_low !== "number"
        ? say.NOT_KNOWN
        : `${say.number(stands.rank_low, 0)} to ${say.number(stands.rank_high, 0)}`;
    return table(`${member.title} (${member.reads || "higher is more"})`, areas, [
      both("Score", (stands) => say.number(stands.score), true),
      ["Rank", ...ranks.map((told) => told.replace(/^rank /, ""))],
      both("Rank in its authority", (stands, area) =>
        stands.rank_authority === null
          ? say.NOT_KNOWN
          : `${say.number(stands.rank_authority, 0)} in ${area.authority.name}`,
      ),
      both("Range of the rank", range),
      both("Evidence grade", (stands) => stands.evidence_grade || say.NOT_KNOWN),
      ...domains.map((one, i) => [one.title, ...areas.map((area) => say.number(scores[i].score[area.row]))]),
    ]);
  }

  function reached(kind) {
    if (!kind || kind.n15 === null) return say.NOT_KNOWN;
    const partly = kind.coverage === "partial";
    const n = partly && !kind.n15 ? "none that we know of" : `${say.number(kind.n15, 0)}${partly ? " or more" : ""}`;
    return `${n}${kind.metres === null ? "" : `, nearest ${say.minutes(kind.minutes)}`}`;
  }

  /** The panel of two areas as {title, body}; null where either is no area of this release. */
  CG.comparison = async (first, second) => {
    const atlas = await CG.load("atlas");
    const areas = await Promise.all([CG.area(first), CG.area(second)]);
    if (areas.includes(null)) return null;
    const nears = await Promise.all(areas.map((area) => CG.near(area.row)));
    const indices = atlas.members.filter((member) => member.kind === "index");
    const kinds = Object.keys(nears[0].reach)
      .map((kind) => CG.here.kindOf(atlas, kind))
      .filter(CG.here.isPlace);
    const where = table("Where they lie", areas, [
      ["Code", ...areas.map((area) => area.code)],
      ["Authority", ...areas.map((area) => parts.name(area.authority ? area.authority.name : say.NOT_KNOWN))],
      ["Kind of area", ...areas.map((area) => (area.like_areas ? area.like_areas.name : say.NOT_KNOWN))],
      ["Residents", ...areas.map((area) => say.number(area.residents, 0))],
    ]);
    const within = table(
      "Places within a 15-minute walk",
      areas,
      kinds.map((kind) => [say.upper(kind.several), ...nears.map((near) => reached(near.reach[kind.kind]))]),
    );
    const alike =
      areas[0].like_areas && areas[1].like_areas && areas[0].like_areas.code !== areas[1].like_areas.code
        ? el(
            "p",
            { class: "note" },
            "These are different kinds of area: how far one walks is not compared fairly between town and country.",
          )
        : null;
    return {
      title: `${areas[0].name} beside ${areas[1].name}`,
      code: null,
      body: [
        el(
          "p",
          null,
          "One alone: ",
          areas.map((area, i) => [
            i ? ", " : "",
            parts.button(parts.name(area.name), () => CG.set({ area: area.code, compare: null }), { class: "link" }),
          ]),
        ),
        alike,
        where,
        await Promise.all(indices.map((member) => ofIndex(member, areas, atlas))),
        within,
        el("p", { class: "small" }, atlas.caution),
      ],
    };
  };
})();
