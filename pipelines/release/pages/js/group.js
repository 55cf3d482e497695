/* The panel of a larger area: how it stands as a whole by the measures of the official indices, and its small areas. */
(function () {
  "use strict";
  const CG = window.CG;
  const { el, parts, say } = CG;
  const SHOWN = 40;

  function wholeLine(member, at, rolled, words) {
    const own = rolled[member.id];
    const value = (column) => (own && own[column] ? own[column][at] : null);
    if (value("average_score") === null)
      return [el("strong", null, member.title), `: ${say.NOT_KNOWN}, for too few of its areas have a score.`];
    const among = value("n_of_level");
    const rank = value("rank_by_average_score");
    const scope = own.ranked_in
      ? CG.words("scope", Array.isArray(own.ranked_in) ? own.ranked_in[at] : own.ranked_in)
      : null;
    const short =
      value("n_areas_scored") < value("n_areas")
        ? ` Known in ${value("n_areas_scored")} of ${say.counted(value("n_areas"), "area", "areas")}.`
        : "";
    return [
      el("strong", null, member.title),
      `: average score ${say.number(value("average_score"))}`,
      rank === null
        ? ""
        : `, rank ${say.number(rank, 0)}${among ? ` of ${say.number(among, 0)} ${words.several}` : ""}${scope ? ` in ${scope}` : ""} (1 is ${member.first_rank || "the greatest"})`,
      `; areas in the highest tenth ${say.percent(value("share_in_highest_tenth"))}; extent ${say.percent(value("extent"))}.${short}`,
    ];
  }

  /** How a larger area stands as a whole by each index, a line each. */
  CG.asWhole = async (level, at, indices, words) => {
    const rolled = await CG.load(`rolled/${level}`);
    return [
      el(
        "p",
        { class: "small" },
        "By the measures of the official indices, its small areas weighted by residents. Extent: the share of residents in areas of high need, whole in the highest 10 % and ever less down to 30 %.",
      ),
      parts.list(
        indices.map((member) => wholeLine(member, at, rolled, words)),
        { class: "lines" },
      ),
    ];
  };

  async function whole(level, at, indices, words) {
    if (!words.tiles) return null; // wards and regions have no figures of their own
    const lines = await CG.asWhole(level, at, indices, words);
    return el("section", null, el("h3", null, `The ${words.one} as a whole`), lines);
  }

  async function held(level, code, member) {
    const [areas, rows, values] = await Promise.all([
      CG.areas(),
      CG.rowsIn(level, code),
      CG.load(`values/${member.id}`),
    ]);
    const scope = values.rank_nation.some((rank) => rank !== null) || !values.rank_region ? "nation" : "region";
    const ranks = values[`rank_${scope}`];
    const last = (value) => (value === null ? -Infinity : value);
    rows.sort((a, b) => last(values.score[b]) - last(values.score[a]) || a - b);
    const line = (row) => {
      const rank = ranks[row] === null ? "" : `, rank ${say.number(ranks[row], 0)}`;
      const told = values.score[row] === null ? say.NOT_KNOWN : `score ${say.number(values.score[row])}${rank}`;
      return [
        parts.button(parts.name(areas.name[row] || areas.code[row]), () => CG.select({ area: areas.code[row] }), {
          class: "link",
        }),
        ` ${areas.code[row]}: ${told}`,
      ];
    };
    const more = rows.slice(SHOWN);
    return el(
      "section",
      null,
      el("h3", null, `Its ${say.counted(rows.length, "small area", "small areas")}`),
      el(
        "p",
        { class: "small" },
        `In order of ${member.title}, with the rank in ${CG.words("scope", scope)} (1 is ${member.first_rank || "the greatest"}).`,
      ),
      el(
        "ol",
        { class: "lines" },
        rows.slice(0, SHOWN).map((row) => el("li", null, line(row))),
      ),
      more.length
        ? parts.opening(`and ${say.number(more.length, 0)} more`, () =>
            el(
              "ol",
              { class: "lines", start: SHOWN + 1 },
              more.map((row) => el("li", null, line(row))),
            ),
          )
        : null,
    );
  }

  /** The panel of a ward, MSOA or authority as {title, code, body}; null for a code this release has not. */
  CG.groupProfile = async ({ level, code }) => {
    const [atlas, group] = await Promise.all([CG.load("atlas"), CG.groups(level)]);
    const at = group.rowOf.get(code);
    if (at === undefined) return null;
    const [rows, { population }] = await Promise.all([CG.rowsIn(level, code), CG.areas()]);
    const residents = rows.reduce((sum, row) => sum + (population[row] || 0), 0);
    const words = atlas.levels.find((one) => one.id === level) || { one: level, several: `${level}s` };
    const around = group.authority && level !== "authority" ? await CG.groups("authority") : null;
    const indices = atlas.members.filter((member) => member.kind === "index");
    const chosen = atlas.members.find((member) => member.id === CG.state.member) || indices[0];
    const headline = indices.find((member) => member.id === (chosen.index || chosen.id)) || indices[0];
    const parent =
      around && group.authority[at] !== null
        ? parts.button(
            parts.name(around.name[group.authority[at]]),
            () => CG.select({ group: { level: "authority", code: around.code[group.authority[at]] } }),
            { class: "link" },
          )
        : null;
    return {
      title: group.name[at] || code,
      code,
      body: [
        el(
          "p",
          null,
          say.upper(words.one),
          parent ? [" in ", parent] : null,
          `, ${say.number(residents, 0)} residents.`,
        ),
        await whole(level, at, indices, words),
        await held(level, code, headline),
        el("p", { class: "small" }, atlas.caution),
      ],
    };
  };
})();
