/* How one area stands by an index, and why: rank by scope, how sure, what pushes the score, other weights, areas alike.
 * The words are those of the printed profile. */
(function () {
  "use strict";
  const CG = window.CG;
  const { el, parts, say } = CG;
  const SCOPES = [
    ["nation", "rank_nation"],
    ["region", "rank_region"],
    ["authority", "rank_authority"],
    ["like_areas", "rank_like_areas"],
  ];
  const INDICATORS_SHOWN = 4;
  const CHANGES_SHOWN = 5;
  const known = (value) => value !== null && value !== undefined;

  function row(columns, at) {
    const long = Object.entries(columns).filter(([name, column]) => name !== "reasons" && column && column.length > at);
    return Object.fromEntries(long.map(([name, column]) => [name, column[at]]));
  }

  /** Score and ranks of one row of an index, null where not known; `reason` says why there is no score. */
  async function scored(index, at) {
    const values = await CG.load(`values/${index}`);
    const own = row(values, at);
    return { ...own, reason: known(own.null_reason) ? values.reasons[own.null_reason] : null };
  }

  /** The same with the range of the rank and the grade. */
  async function standing(index, at) {
    const [own, sure] = await Promise.all([scored(index, at), CG.load(`sure/${index}`)]);
    const told = row(sure, at);
    const grade = /^[A-D]$/.test(told.evidence_grade || "") ? told.evidence_grade : null;
    return { ...own, ...told, evidence_grade: grade, spread_scope: sure.spread_scope || "nation" };
  }

  async function ranks(stands, area, atlas, rankOf = (rank) => say.number(rank, 0)) {
    const told = [];
    for (const [scope, column] of SCOPES) {
      const rank = stands[column];
      if (!known(rank)) continue;
      const [where, n] = await placeOf(scope, area, atlas);
      told.push(
        `${rankOf(rank)}${n ? ` of ${say.number(n, 0)}` : ""} ${scope === "like_areas" ? `in areas like it (${where})` : `in ${where}`}`,
      );
    }
    return told;
  }

  async function placeOf(scope, area, atlas) {
    if (scope === "nation") return [atlas.nation.name, atlas.nation.n_areas];
    return area[scope] ? [area[scope].name, area[scope].n_areas] : [CG.words("scope", scope), null];
  }

  /** The rank in one line, in the widest scope there is; or that it is not known. */
  async function headline(member, stands, area, atlas) {
    if (stands.score === null) return say.NOT_KNOWN;
    const told = await ranks(stands, area, atlas);
    return told.length ? `rank ${told[0]}` : `score ${say.number(stands.score)}`;
  }

  function range(member, stands) {
    if (!known(stands.rank_low)) return null;
    const scope = CG.words("scope", stands.spread_scope);
    return (
      `Rank ${say.number(stands.rank_low, 0)} to ${say.number(stands.rank_high, 0)} (middle ${say.number(stands.rank_median, 0)}) in ${scope}: ` +
      "spread over method choices and data errors, not a confidence interval. " +
      `Among ${member.highest_tenth} in ${say.percent(stands.worst_decile_share)} of versions.`
    );
  }

  function rangeBar(stands, n) {
    if (!n || !known(stands.rank_low)) return null;
    const at = (rank) => (100 * (rank - 1)) / Math.max(1, n - 1);
    const from = Math.min(at(stands.rank_low), 99),
      wide = Math.max(1, at(stands.rank_high) - at(stands.rank_low));
    const span = el("span", { class: "span", style: `left:${from}%;width:${wide}%` });
    const middle = el("span", { class: "middle", style: `left:${Math.min(99, at(stands.rank_median))}%` });
    return el(
      "div",
      { class: "range", "aria-hidden": "true" },
      el("span", { class: "ends" }, "1"),
      el("span", { class: "track" }, span, middle),
      el("span", { class: "ends" }, say.number(n, 0)),
    );
  }

  function grade(stands) {
    const sure = stands.evidence_grade
      ? `evidence grade ${stands.evidence_grade} (A best, D least)`
      : "no grade, for there is no score";
    return `How sure: ${sure}; ${say.percent(stands.weight_observed)} of what the score is made of is known.`;
  }

  function titleOf(atlas, id) {
    const member = atlas.members.find((one) => one.id === id);
    return member ? member.title : String(id).replace(/_/g, " ");
  }

  function onMap(id, title) {
    return parts.button(title, () => CG.set({ member: id }), { class: "link", title: "Show on the map" });
  }

  function hasMember(atlas, id) {
    return atlas.members.some((one) => one.id === id);
  }

  function named(atlas, id) {
    return hasMember(atlas, id) ? onMap(id, titleOf(atlas, id)) : titleOf(atlas, id);
  }

  /** What pushed the score up and down from where its scope starts, a row a domain; opened, its indicators. */
  function pushes(member, why, atlas) {
    if (!why || why.domains.every(([, push]) => push === null)) return null;
    const log = why.adds_up_to === "logarithm";
    const digits = log ? 2 : 1;
    const most = Math.max(...why.domains.map(([, push]) => Math.abs(push || 0)), 1e-9);
    const bar = (push) => {
      const half = (50 * Math.abs(push || 0)) / most;
      return el(
        "span",
        { class: `push ${push < 0 ? "down" : "up"}`, "aria-hidden": "true" },
        el("i", { style: `width:${half}%` }),
      );
    };
    const rows = why.domains
      .filter(([, push]) => push !== null)
      .map(([domain, push]) =>
        el(
          "tr",
          null,
          el("th", { scope: "row" }, named(atlas, `${member.index || member.id}.${domain}`)),
          el("td", { class: "bar" }, bar(push)),
          el("td", { class: "number" }, say.signed(push, digits)),
        ),
      );
    const inner = why.domains
      .flatMap(([, , indicators]) => indicators || [])
      .filter((one) => one[1] !== null)
      .sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
    const line = ([indicator, push]) => [named(atlas, indicator), ` ${say.signed(push, digits)}`];
    const more = inner.slice(INDICATORS_SHOWN);
    return [
      el(
        "p",
        null,
        `${log ? "Why (in logarithms, which add up to that of the score)" : "Why"}: from ${say.number(why.from, digits)}, where its scope starts, pushed by:`,
      ),
      el(
        "table",
        { class: "pushes" },
        el("caption", { class: "out-of-sight" }, `What pushes ${member.title}`),
        el("tbody", null, rows),
      ),
      inner.length > 1
        ? [el("p", null, "Most of it by:"), parts.list(inner.slice(0, INDICATORS_SHOWN).map(line))]
        : null,
      more.length
        ? parts.opening(`${say.counted(more.length, "more indicator", "more indicators")}`, () =>
            parts.list(more.map(line)),
          )
        : null,
    ];
  }

  function weights(index, by, atlas) {
    if (!by) return null;
    const titles = (atlas.weight_sets || []).filter((set) => set.index_name === index);
    const others = titles.filter((set) => set.weight_set !== "expert" && by.ranks[set.weight_set]);
    if (!others.length) return null;
    const told = others.map((set) => `${say.lower(set.title)}: ${say.number(by.ranks[set.weight_set], 0)}`);
    return el("p", null, `Rank in ${CG.words("scope", by.scope)} by other weights: ${told.join("; ")}.`);
  }

  function changes(member, found, atlas) {
    if (!found || !found.length) return null;
    const can = found.filter((one) => one.needed !== null);
    if (!can.length)
      return el("p", null, `No single domain or indicator could take it out of ${member.highest_tenth}.`);
    const effort = ({ value, needed }) => Math.abs(needed - value) / Math.max(Math.abs(value), 1e-9);
    const single = can.filter((one) => one.level === "indicator").sort((a, b) => effort(a) - effort(b));
    const lines = (single.length ? single : can).slice(0, CHANGES_SHOWN).map(({ level, of: name, value, needed }) => {
      const own = atlas.members.find((one) => one.id === (level === "domain" ? `${member.id}.${name}` : name)) || {};
      const unit = level === "indicator" && String(own.unit || "").startsWith("%") ? ` ${own.unit}` : "";
      return `${own.title || name}${level === "domain" ? " (score)" : ""} from ${say.number(value)} to ${say.number(needed)}${unit}`;
    });
    return [el("p", null, `Any one of these alone would take it out of ${member.highest_tenth}:`), parts.list(lines)];
  }

  async function peers(found) {
    if (!found || !found.length) return null;
    const [areas, authorities] = await Promise.all([CG.areas(), CG.groups("authority")]);
    const line = ({ peer: row, code, name, authority }) => {
      if (row === null) return [parts.name(name || code), ` in ${authority}`];
      const own = areas.code[row];
      return [
        parts.button(parts.name(areas.name[row] || own), () => CG.select({ area: own }), { class: "link" }),
        ` in ${authorities.name[areas.authority[row]]}`,
      ];
    };
    return [el("p", null, "Areas most like it in these domains:"), parts.list(found.map(line))];
  }

  /** Where the area stands in its ward, as a sentence; null where it is alone there. */
  async function inWard(member, area, atlas) {
    if (!area.ward) return null;
    const [rows, { score }] = await Promise.all([CG.rowsIn("ward", area.ward.code), CG.load(`values/${member.id}`)]);
    const scored = rows.filter((row) => score[row] !== null);
    if (scored.length < 2) return null;
    const place = scored.filter((row) => score[row] > score[area.row]).length + 1;
    const level = (id) => atlas.levels.find((one) => one.id === id) || { one: id, several: `${id}s` };
    return `${say.ordinal(place)} of ${scored.length} ${level("area").several} in the ${level("ward").one} ${area.ward.name} (1st is ${member.first_rank || "the greatest"}).`;
  }

  function whyNot(stands) {
    return `Score: not known (${CG.here.meaning(stands.reason)}).`;
  }

  /** All of it for one index: elements, in the order of the printed profile. */
  async function section(member, area, near, atlas) {
    const stands = await standing(member.id, area.row);
    const head = [el("p", { class: "small" }, member.question || "")];
    const made = madeOf(member, area, near, atlas);
    if (stands.score === null) return [...head, made, el("p", null, whyNot(stands)), el("p", null, grade(stands))];
    const told = await ranks(stands, area, atlas);
    const first = member.first_rank || "the greatest";
    const rank = told.length
      ? [el("p", null, `Rank (1 is ${first}):`), parts.list(told)]
      : el("p", null, "Rank: none, for too few areas have a score to compare with.");
    const isWhole = atlas.release.n_areas === atlas.release.n_areas_nation;
    const lack = isWhole
      ? "too few areas have a score to compare with"
      : "places are read for the areas of this release only";
    const missing =
      told.length && stands.rank_nation === null ? el("p", null, `No rank in the nation: ${lack}.`) : null;
    const highest = member.highest_tenth || "the highest 10 %";
    const tenth =
      stands.decile_nation === 1 ? el("p", { class: "tenth" }, `Among ${highest} in the nation.`) : null;
    const ward = await inWard(member, area, atlas);
    return [
      ...head,
      member.axes_first ? made : null,
      el("p", null, `Score: ${say.number(stands.score)} (${member.reads || "higher is more"}).`),
      rank,
      tenth,
      missing,
      ward ? el("p", null, ward) : null,
      range(member, stands) ? el("p", null, range(member, stands)) : null,
      rangeBar(stands, await widest(stands, area, atlas)),
      el("p", null, grade(stands)),
      member.by_construction ? el("p", { class: "small" }, member.by_construction) : null,
      pushes(member, near.why[member.id], atlas),
      member.axes_first ? null : made,
      weights(member.id, near.weights[member.id], atlas),
      changes(member, near.changes[member.id], atlas),
      await peers(near.peers[member.id]),
    ];
  }

  /** Each domain with its score and the numbers it was counted from; for an index whose axes come first, before its score. */
  function madeOf(member, area, near, atlas) {
    const domains = atlas.members.filter((one) => one.kind === "domain" && one.index === member.id);
    const fill = async () => {
      const scores = await Promise.all(domains.map((domain) => CG.load(`values/${domain.id}`)));
      const told = (domain, i) => [
        el(
          "p",
          null,
          onMap(domain.id, domain.title),
          `: ${say.number(scores[i].score[area.row])} of 100${domain.beside ? ", beside the score, no part of it" : ""}`,
        ),
        parts.list(domain.members.filter((id) => near.numbers[id]).map((id) => CG.here.number(atlas, near, id))),
      ];
      return domains.map(told);
    };
    return domains.length
      ? parts.opening("Its domains, and the numbers behind them", fill, { open: Boolean(member.axes_first) })
      : null;
  }

  async function widest(stands, area, atlas) {
    return (await placeOf(stands.spread_scope, area, atlas))[1];
  }

  CG.why = { scored, standing, ranks, headline, section, range, grade, inWard, whyNot, titleOf };
})();
