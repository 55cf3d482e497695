/* The sheet of one area: how it stands by each index and how sure that is, what pulls it there, what residents can walk to,
 * what is missing, what might be used, and what is not known. */
(function () {
  "use strict";
  const CG = window.CG;
  const { el, parts, say } = CG;
  const CANDIDATES = 5; // nearest first: what is printed has two pages
  const NAMED = 3; // domains named on each side of what pulls a score

  async function where(area, atlas) {
    const words = Object.fromEntries(atlas.levels.map((level) => [level.id, level.one]));
    const told = ["msoa", "ward"].filter((level) => area[level]).map((level) => [`${words[level] || level} `, parts.name(area[level].name), ", "]);
    if (told.length) told[0][0] = say.upper(told[0][0]);
    const { authority, residents } = area;
    return el(
      "p",
      { class: "lead" },
      told,
      authority ? CG.sheet.link({ group: authority }, authority.name) : null,
      `. Residents: ${residents === null ? say.NOT_KNOWN : say.number(residents, 0)}.`,
    );
  }

  /** What pulls a score up and what down, the strongest first, in one sentence each. */
  function pulls(member, why, atlas) {
    if (!why) return null;
    const known = why.domains.filter(([, push]) => push);
    if (!known.length) return null;
    const log = why.adds_up_to === "logarithm";
    const named = ([domain, push]) => `${say.lower(CG.why.titleOf(atlas, `${member.id}.${domain}`))} (${say.signed(push, log ? 2 : 1)})`;
    const side = (words, some) => (some.length ? `${words}: ${say.joined(some.slice(0, NAMED).map(named))}. ` : "");
    const up = side("Pulled up by", known.filter(([, push]) => push > 0));
    const down = side("Pulled down by", known.filter(([, push]) => push < 0));
    return el("p", null, `${up}${down}`.trim(), log ? " (In logarithms.)" : "");
  }

  async function standing(member, area, near, atlas) {
    const stands = await CG.why.standing(member.id, area.row);
    const heading = el("h3", null, member.title);
    const question = el("p", { class: "small" }, member.question || "");
    if (stands.score === null) return el("div", null, heading, question, el("p", null, CG.why.whyNot(stands)));
    const ranks = await CG.why.ranks(stands, area, atlas, say.ordinal);
    const [first, ...others] = ranks;
    const range = CG.why.range(member, stands);
    const ward = await CG.why.inWard(member, area, atlas);
    return el(
      "div",
      null,
      heading,
      question,
      el("p", null, first ? el("strong", null, say.upper(first)) : "No rank: too few areas have a score to compare with", others.length ? `; ${others.join("; ")}` : "", ward ? "." : `. 1st is ${member.first_rank || "the greatest"}.`),
      ward ? el("p", null, ward) : null,
      pulls(member, near.why[member.id], atlas),
      el("p", { class: "small" }, range ? `${range} ` : "", CG.why.grade(stands)),
    );
  }

  /** The kinds of place within a 15-minute walk: how many, the nearest, and when a list last had it. */
  function reached(atlas, near) {
    const looked = CG.here.kindsOf(atlas, near).filter((kind) => CG.here.isPlace(kind) && kind.coverage !== "unknown");
    if (!looked.length) return el("p", null, `${say.upper(say.NOT_KNOWN)}: nobody looked for places here.`);
    const kinds = looked.filter((kind) => kind.n15);
    if (!kinds.length) {
      const partly = looked.some((kind) => kind.coverage === "partial") ? " that we know of" : "";
      return el("p", null, `None${partly} of the kinds of place that were looked for.`);
    }
    kinds.sort((a, b) => (a.metres ?? Infinity) - (b.metres ?? Infinity));
    const row = (kind) => {
      const found = near.within.find((one) => one.kind === kind.kind && one.place);
      const nearest = found
        ? [
            CG.sheet.link({ place: found.place.place_id }, say.nameOf(found.place.name, kind.one)),
            found.place.in_community_hands ? ", in community hands" : "",
          ]
        : "counted, and not named";
      return el(
        "tr",
        null,
        el("th", { scope: "row" }, say.upper(kind.several)),
        el("td", { class: "n" }, say.number(kind.n15, 0), kind.coverage === "partial" ? " or more" : ""),
        el("td", null, nearest),
        el("td", { class: "n" }, found ? say.minutes(found.minutes) : ""),
        el("td", { class: "n" }, found ? say.day(found.place.as_at) : ""),
      );
    };
    const heads = [["Kind"], ["Within 15 min", "n"], ["Nearest"], ["Walk", "n"], ["Listed on", "n"]];
    return el(
      "div",
      { class: "wide", role: "region", tabindex: "0", "aria-label": "Places within a 15-minute walk" },
      el(
        "table",
        null,
        el("caption", { class: "out-of-sight" }, "Places within a 15-minute walk, by kind"),
        el("thead", null, el("tr", null, heads.map(([head, kind]) => el("th", { scope: "col", class: kind }, head)))),
        el("tbody", null, kinds.map(row)),
      ),
    );
  }

  /** The sheet of an area as {title, code, body}; null for a code that is no area of this release. */
  CG.areaSheet = async (code, atlas) => {
    const area = await CG.area(code);
    if (!area) return null;
    const { part } = CG.sheet;
    const near = await CG.near(area.row);
    const candidates = near.candidates.slice().sort((a, b) => (a.metres ?? 0) - (b.metres ?? 0)); // without metres: in the area
    const indices = atlas.members.filter((member) => member.kind === "index");
    const stands = await Promise.all(indices.map((member) => standing(member, area, near, atlas)));
    return {
      title: area.name,
      code,
      body: [
        await where(area, atlas),
        part("How the area stands", el("div", { class: "standings" }, stands)),
        part(
          "Within a 15-minute walk",
          el("p", { class: "small" }, `Open places anyone may come to, nearest first. Walks: ${atlas.release.distance_measure}.`),
          reached(atlas, near),
        ),
        part("What is missing", CG.here.missing(atlas, near)),
        part("Candidate buildings and sites", CG.here.candidates(atlas, { ...near, candidates }, CANDIDATES)),
        part("What is not known", CG.here.notKnown(atlas, near)),
      ],
    };
  };
})();
