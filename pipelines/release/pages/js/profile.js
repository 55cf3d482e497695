/* The panel of one area: where it lies, what is here, what is missing, how it stands by each index, what this suggests,
 * candidates, what is not known; in the order and the words of the printed profile. */
(function () {
  "use strict";
  const CG = window.CG;
  const { el, parts, say } = CG;

  function groupButton(held) {
    return parts.button(parts.name(held.name), () => CG.select({ group: { level: held.level, code: held.code } }), {
      class: "link",
    });
  }

  function where(area, atlas) {
    const words = Object.fromEntries(atlas.levels.map((level) => [level.id, level.one]));
    const pairs = ["msoa", "ward", "authority"]
      .filter((level) => area[level])
      .map((level) => [say.upper(words[level] || CG.words("area_level", level)), groupButton(area[level])]);
    if (area.like_areas) pairs.push(["Kind of area", parts.name(area.like_areas.name)]);
    pairs.push(["Residents", area.residents === null ? say.NOT_KNOWN : say.number(area.residents, 0)]);
    return el(
      "dl",
      { class: "where" },
      pairs.map(([term, told]) => el("div", null, el("dt", null, term), el("dd", null, told))),
    );
  }

  function part(title, ...held) {
    return el("section", null, el("h3", null, title), held);
  }

  async function suggests(area, atlas) {
    if (!Object.keys(atlas.labels.typology || {}).length) return null;
    const told = await CG.load("values/typology").catch(() => null);
    if (!told) return null;
    const of = (column) => (told[column][area.row] === null ? null : told.words[column][told[column][area.row]]);
    const title = (axis) => say.lower(CG.why.titleOf(atlas, `ownership_opportunity.${axis}`));
    const axes = Object.keys(told.words).filter((column) => column !== "label" && of(column));
    return part(
      "What this suggests",
      el("p", null, el("strong", null, CG.words("typology", of("label"))), "."),
      el("p", null, `${axes.map((axis) => `${title(axis)}: ${CG.words("axis_state", of(axis))}`).join("; ")}.`),
      el(
        "p",
        { class: "small" },
        `Row ${told.rule[area.row]} of the decision table decided.`,
        told.changes_if_cut_moves[area.row] === 1
          ? " The label would be another if the cut between high and low moved by 5 points."
          : "",
      ),
    );
  }

  async function stands(area, near, atlas) {
    const indices = atlas.members.filter((member) => member.kind === "index");
    const chosen = atlas.members.find((member) => member.id === CG.state.member);
    const open = chosen ? chosen.index || chosen.id : null;
    const made = await Promise.all(
      indices.map(async (member) => {
        const own = await CG.why.scored(member.id, area.row);
        const line = [
          el("span", { class: "title" }, member.title),
          " ",
          el("span", { class: "rank" }, await CG.why.headline(member, own, area, atlas)),
        ];
        const fill = () => CG.why.section(member, area, near, atlas);
        return parts.opening(line, fill, { open: member.id === open, kind: "index", heading: "h4" });
      }),
    );
    return part("How the area stands", el("p", { class: "small" }, atlas.caution), made);
  }

  /** The panel of an area as {title, body}; null for a code that is no area of this release. */
  CG.profile = async (code) => {
    const [atlas, area] = await Promise.all([CG.load("atlas"), CG.area(code)]);
    if (!area) return null;
    const near = await CG.near(area.row);
    const { here, missing, candidates, notKnown } = CG.here;
    const body = [
      where(area, atlas),
      part("What is here", here(atlas, near)),
      part("What is missing", missing(atlas, near)),
      await stands(area, near, atlas),
      await suggests(area, atlas),
      part("Candidate buildings and sites", candidates(atlas, near)),
      part("Not known", notKnown(atlas, near)),
    ];
    return { title: area.name, code, body };
  };
})();
