/* The sheet of one authority: how it stands as a whole, its areas of greatest need, and what is not known of it. */
(function () {
  "use strict";
  const CG = window.CG;
  const { el, parts, say } = CG;
  const SHOWN = 20;
  const WIDEST = ["nation", "region", "authority"];
  const known = (value) => value !== null && value !== undefined;

  /** The areas by the headline index, the greatest need first, in the widest scope that any of them is ranked in. */
  async function ranked(member, rows, code, atlas) {
    const [areas, values, sure, msoas] = await Promise.all([
      CG.areas(),
      CG.load(`values/${member.id}`),
      CG.load(`sure/${member.id}`),
      CG.groups("msoa").catch(() => null),
    ]);
    const scope = WIDEST.find((one) => rows.some((row) => known((values[`rank_${one}`] || [])[row])));
    const scored = rows.filter((row) => known(values.score[row])).sort((a, b) => values.score[b] - values.score[a] || a - b);
    if (!scored.length) return el("p", null, `None of its areas has a score of ${member.title}.`);
    const range = (row) => (known(sure.rank_low[row]) ? `${say.number(sure.rank_low[row], 0)} to ${say.number(sure.rank_high[row], 0)}` : say.NOT_KNOWN);
    const line = (row) =>
      el(
        "tr",
        null,
        el("td", { class: "n" }, scope ? say.number(values[`rank_${scope}`][row], 0) : ""),
        el("th", { scope: "row" }, CG.sheet.link({ area: areas.code[row] }, areas.name[row] || areas.code[row]), " ", el("span", { class: "code" }, areas.code[row])),
        el("td", null, msoas && known(areas.msoa[row]) ? parts.name(msoas.name[areas.msoa[row]]) : ""),
        el("td", { class: "n" }, known(areas.population[row]) ? say.number(areas.population[row], 0) : say.NOT_KNOWN),
        el("td", { class: "n" }, range(row)),
      );
    const more = scored.length - SHOWN;
    const heads = [["Rank", "n"], ["Area"], ["MSOA"], ["Residents", "n"], ["Range", "n"]];
    const where = CG.words("scope", scope);
    return [
      el(
        "p",
        { class: "small" },
        `By ${member.title}, with the rank in ${where} (1 is ${member.first_rank || "the greatest"}). The range is how far the rank in ${CG.words("scope", sure.spread_scope || "nation")} moves when the method is varied and places are miscounted as often as measured.`,
      ),
      el(
        "div",
        { class: "wide", role: "region", tabindex: "0", "aria-label": "Areas of greatest need" },
        el(
          "table",
          { class: "ranked" },
          el("caption", { class: "out-of-sight" }, `Areas of greatest need by ${member.title}`),
          el("thead", null, el("tr", null, heads.map(([head, kind]) => el("th", { scope: "col", class: kind }, head)))),
          el("tbody", null, scored.slice(0, SHOWN).map(line)),
        ),
      ),
      more > 0
        ? el("p", null, `And ${say.counted(more, "more area", "more areas")}: `, el("a", { href: `../atlas/index.html#table=1&s=authority:${encodeURIComponent(code)}` }, "all of them in the table of the map"), ".")
        : null,
    ];
  }

  /** Of each index, how many areas have no score and why; and what is known of none of its areas. */
  async function notKnown(indices, rows, atlas) {
    const lines = await Promise.all(
      indices.map(async (member) => {
        const { score, null_reason: reason, reasons } = await CG.load(`values/${member.id}`);
        const without = rows.filter((row) => !known(score[row]));
        if (!without.length) return null;
        const why = [...new Set(without.map((row) => CG.here.meaning(known(reason[row]) ? reasons[reason[row]] : null)))];
        return `${member.title}: no score in ${say.number(without.length, 0)} of its ${say.counted(rows.length, "area", "areas")} (${why.join("; ")})`;
      }),
    );
    const nowhere = atlas.members.filter((member) => member.kind === "indicator" && !member.n_known).map((member) => member.title);
    return (
      parts.list([...lines, nowhere.length ? `Known nowhere in this release: ${nowhere.join("; ")}` : null], { class: "lines" }) ||
      el("p", null, "Every index has a score in every area, and every number is known somewhere; what is not known of one area is on its sheet.")
    );
  }

  /** The sheet of an authority as {title, code, body}; null for a code this release has not. */
  CG.authoritySheet = async (code, atlas) => {
    const [group, rows, { population }] = await Promise.all([CG.groups("authority"), CG.rowsIn("authority", code), CG.areas()]);
    const at = group.rowOf.get(code);
    if (at === undefined) return null;
    const { part } = CG.sheet;
    const indices = atlas.members.filter((member) => member.kind === "index");
    const words = atlas.levels.find((one) => one.id === "authority");
    const residents = rows.reduce((sum, row) => sum + (population[row] || 0), 0);
    const counted = rows.filter((row) => known(population[row])).length;
    return {
      title: group.name[at] || code,
      code,
      body: [
        el("p", { class: "lead" }, `${say.upper(words.one)}: ${say.counted(rows.length, "small area", "small areas")}, ${say.number(residents, 0)} residents${counted < rows.length ? ` in the ${say.number(counted, 0)} of which they are known` : ""}.`),
        part("Areas of greatest need", await ranked(indices[0], rows, code, atlas)),
        part("The authority as a whole", await CG.asWhole("authority", at, indices, words)),
        part("What is not known", await notKnown(indices, rows, atlas)),
      ],
    };
  };
})();
