/* The sheet of one place: who would lose out if it went before all else, then what it is, what the law makes of it, what else
 * of its kind is near, and what people can do. */
(function () {
  "use strict";
  const CG = window.CG;
  const { el, parts, say } = CG;
  const ALTERNATIVES = 5;
  const NOT_LISTED =
    "No register that was read and may be shown has it as an asset of community value. That alone does not say that it is not listed: registers are read in part, or not at all.";

  /** Who would lose out, as a sentence on one kind of the place. */
  function loss(row, name, atlas) {
    const { one, several } = CG.here.kindOf(atlas, row.kind);
    if (row.coverage === "unknown")
      return `If ${name} went, who would lose out is ${say.NOT_KNOWN}: nobody looked for ${several} here (${CG.here.meaning(row.null_reason)}).`;
    const walk = "within a 15-minute walk";
    const partly = row.coverage === "partial" || row.not_covered > 0 || row.is_edge_affected ? " that we know of" : "";
    if (row.only > 0)
      return `If ${name} went, ${say.counted(row.only, "resident", "residents")} would have no other ${one} ${walk}${partly}.`;
    if (row.nearest > 0) {
      const further = row.extra_minutes === null ? `, and how much further the next is, is ${say.NOT_KNOWN}` : `, and would walk ${say.number(row.extra_minutes)} minutes further on average`;
      return `If ${name} went, nobody${partly} would lose their only ${one} ${walk}; ${say.counted(row.nearest, "resident", "residents")} would lose their nearest${further}.`;
    }
    return `If ${name} went, nobody${partly} would lose their only ${one} ${walk}, or their nearest.`;
  }

  /** Who they are, and what is in doubt. */
  function lossDetails(row, atlas) {
    const { several } = CG.here.kindOf(atlas, row.kind);
    if (row.coverage === "unknown") return null;
    const told = [
      row.only > 0 && row.only_under_15 !== null
        ? `Of these, by the census, ${say.number(row.only_under_15, 0)} are under 15 and ${say.number(row.only_aged_75_plus, 0)} are 75 or over.`
        : null,
      row.only > 0 && row.nearest > 0 ? `It is the nearest for ${say.counted(row.nearest, "resident", "residents")}.` : null,
      row.next_not_known > 0 ? `For ${say.number(row.next_not_known, 0)} no other is known as far as walks are measured.` : null,
      row.not_covered > 0
        ? `${say.counted(row.not_covered, "resident lives", "residents live")} near it where nobody looked for ${several}, and are not counted.`
        : null,
      row.is_edge_affected ? "It lies near the edge of what was read: people beyond are not counted, and another may stand just beyond." : null,
    ].filter(Boolean);
    return told.length ? told.join(" ") : null;
  }

  /** The loss by the kind that most would lose, first; then by its other kinds. */
  function losses(place, near, name, atlas) {
    const rows = near.losses.filter((row) => row.place.place_id === place.place_id);
    if (!rows.length) {
      const kinds = place.kinds.filter(Boolean);
      if (kinds.length && kinds.every((kind) => CG.here.kindOf(atlas, kind).group === "site"))
        return el("p", { class: "lead" }, "A building or land to look at, not somewhere to go: nobody would lose it from their reach.");
      const gone = place.status && place.status !== "open";
      return el("p", { class: "lead" }, gone ? `${name}: ${CG.words("status", place.status)}. Who lost out is not worked out.` : `Who would lose out if ${name} went is not worked out: it counts as no kind that residents' reach is measured to.`);
    }
    const whole = (row) => !CG.here.kindOf(atlas, row.kind).subset_of;
    rows.sort((a, b) => whole(b) - whole(a) || (b.only || 0) - (a.only || 0) || (b.nearest || 0) - (a.nearest || 0));
    return rows.map((row, i) => [
      el("p", { class: i ? null : "lead" }, loss(row, name, atlas)),
      lossDetails(row, atlas) ? el("p", null, lossDetails(row, atlas)) : null,
    ]);
  }

  function what(place, area, atlas) {
    const source = atlas.sources[place.name_source];
    const told = (list, code) => (code && code !== "unknown" ? CG.words(list, code) : say.NOT_KNOWN);
    const kinds = place.kinds.filter(Boolean).map((kind) => CG.here.kindOf(atlas, kind).one);
    return CG.sheet.facts([
      ["Kind", say.joined(kinds) || say.NOT_KNOWN],
      ["Where", [CG.sheet.link({ area: area.code }, area.name), area.ward ? [", ", parts.name(area.ward.name)] : null, area.authority ? [", ", CG.sheet.link({ group: area.authority }, area.authority.name)] : null]],
      ["Status", `${told("status", place.status)}, by a list of ${say.day(place.as_at)}`],
      ["Owner", told("owner_kind", place.owner_kind)],
      ["Run by", told("run_by", place.run_by)],
      ["In community hands", place.in_community_hands ? "yes, as a list or register says" : "not that we know of"],
      ["Tenure", told("tenure_band", place.tenure_band)],
      place.use_state ? ["Use", CG.words("use_state", place.use_state)] : null,
      place.opening_hours ? ["Opening hours", parts.name(place.opening_hours)] : null,
      ["Name from", source ? `${source.title}${source.as_at ? `, ${say.day(source.as_at)}` : ""}` : place.name_source || say.NOT_KNOWN],
    ]);
  }

  /** The entries of registers on the place, each with its dated events. */
  function listingsOf(place, near) {
    const found = new Map();
    for (const row of near.listings) {
      if (row.place.place_id !== place.place_id) continue;
      if (!found.has(row.listing)) found.set(row.listing, { ...row, dates: [] });
      if (row.event) found.get(row.listing).dates.push(row);
    }
    return [...found.values()];
  }

  function legal(listings, ask, atlas) {
    if (!ask.as_of) return el("p", null, "This release tells no legal states.");
    if (!listings.length) return el("p", null, NOT_LISTED);
    const date = (row) => [
      el("strong", null, row.date ? say.day(row.date) : CG.words("legal_reason", row.null_reason)),
      `${row.is_next ? " (next)" : ""}: ${row.means || `${say.upper(CG.words("legal_event", row.event))}.`}`,
    ];
    return listings.map((one) => {
      const source = atlas.sources[one.source];
      return [
        el(
          "p",
          null,
          el("strong", null, say.upper(CG.words("legal_state", one.state))),
          ` on ${say.day(ask.as_of)}, by ${source ? source.title : one.source}.`,
          one.nominating_group ? [" Nominated by ", parts.name(one.nominating_group), "."] : null,
        ),
        parts.list(one.dates.map(date), { class: "lines" }),
      ];
    });
  }

  /** Others of its kinds within a 15-minute walk of the people of its area, or the nearest that is known. */
  function alternatives(place, near, area, atlas) {
    const lines = place.kinds.filter((kind) => kind && near.reach[kind]).map((kind) => {
      const { one, several } = CG.here.kindOf(atlas, kind);
      const others = near.within.filter((found) => found.kind === kind && found.place && found.place.place_id !== place.place_id);
      if (near.reach[kind].coverage === "unknown")
        return `${say.upper(several)}: ${say.NOT_KNOWN} (${CG.here.meaning(near.reach[kind].null_reason)}).`;
      if (!others.length) return `No other ${one} within a 15-minute walk${near.reach[kind].coverage === "observed" ? "" : " that we know of"}.`;
      const more = others.length - ALTERNATIVES;
      const walk = (found) => [CG.sheet.link({ place: found.place.place_id }, say.nameOf(found.place.name, one)), ` (${say.minutes(found.minutes)})`];
      return [`${say.upper(several)}: `, others.slice(0, ALTERNATIVES).map((found, i) => [i ? ", " : "", walk(found)]), more > 0 ? ` and ${say.number(more, 0)} more` : "", "."];
    });
    return [
      el("p", { class: "small" }, "From where people live in ", parts.name(area.name), `. Walks: ${atlas.release.distance_measure}.`),
      parts.list(lines, { class: "lines" }) || el("p", null, "Its kind is not one that reach is measured to."),
    ];
  }

  /** A link that shows where it leads, on paper too; only to the web, whatever a list holds. */
  function page(address, name) {
    return /^https?:\/\//.test(address || "") ? [el("a", { href: address, rel: "noreferrer" }, parts.name(name)), el("span", { class: "address" }, ` ${address}`)] : parts.name(name);
  }

  function steps(place, listings, area, ask) {
    const council = area.authority ? area.authority.name : "the council";
    const register = ask.registers[area.authority && area.authority.code];
    const own = register && register.page
      ? [page(register.page, `the list of ${council}`), register.looked_on ? ` (page seen on ${say.day(register.looked_on)})` : ""]
      : ["this release knows no page of it, so ask ", parts.name(council)];
    const ahead = listings.flatMap((one) => one.dates).filter((row) => row.is_next && row.date);
    const [next] = ahead.sort((a, b) => String(a.date).localeCompare(String(b.date)));
    const is = (...states) => listings.some((one) => states.includes(one.state));
    const isListed = is("listed", "interim_moratorium", "full_moratorium", "protected_period", "notice_received");
    const owner = !place.owner_kind || place.owner_kind === "unknown";
    const mine = ask.bodies.filter((body) => !body.kinds.length || body.kinds.some((kind) => place.kinds.includes(kind)));
    return [
      el(
        "ol",
        { class: "steps" },
        ask.as_of ? el("li", null, "Check the council's own list of assets of community value; it is what counts: ", own, ".") : null,
        next ? el("li", null, "Mark ", el("strong", null, say.day(next.date)), `: ${CG.words("legal_event", next.event)}.`) : null,
        ask.as_of && !isListed && !is("nominated", "under_review") ? el("li", null, "If it is not on that list, ask the council which local groups may nominate it, and how.") : null,
        el("li", null, owner ? "Find out who owns it, and on what terms it is used: this release does not know." : "Ask its owner what is planned, and on what terms it is used."),
        mine.length
          ? el(
              "li",
              null,
              "Ask a national body:",
              parts.list(mine.map((body) => [page(body.page, body.name), `: ${body.helps}. Page read on ${say.day(body.checked)}.`])),
            )
          : null,
      ),
      ask.says.length ? el("p", { class: "small" }, [...ask.says, ...ask.changing].join(" ")) : null,
    ];
  }

  function candidate(place, near, atlas) {
    const rows = near.candidates.filter((row) => row.place && row.place.place_id === place.place_id);
    const told = rows.map((row) => [el("strong", null, say.upper(CG.words("candidate", row.what))), `; ${CG.here.evidence(row, atlas)}`]);
    return rows.length ? CG.sheet.part("Candidate building or site", el("p", { class: "small" }, "Somewhere to look, not an offer."), parts.list(told, { class: "lines" })) : null;
  }

  /** The sheet of a place as {title, body}; null for a place this release has not. */
  CG.placeSheet = async (id, atlas) => {
    const [names, areas] = await Promise.all([CG.placeNames(), CG.areas()]);
    const at = names.place_id.indexOf(id);
    if (at < 0) return null;
    const row = names.row[at];
    if (row === null || row === undefined) {
      const beyond = "It lies beyond the areas of this release, which tells of it only as somewhere residents can reach. All that is known: ";
      return { title: say.nameOf(names.name[at], "place"), body: [el("p", null, beyond, el("code", null, `commonground place ${id}`), ".")] };
    }
    const [near, area, ask] = await Promise.all([CG.near(row), CG.area(areas.code[row]), CG.load("who_to_ask")]);
    const place = near.places_here.find((one) => one.place_id === id);
    if (!place) return null;
    const { part } = CG.sheet;
    const [kind] = place.kinds.filter(Boolean).map((one) => CG.here.kindOf(atlas, one).one);
    const name = say.nameOf(place.name, kind || "place");
    const listings = listingsOf(place, near);
    return {
      title: say.upper(name),
      body: [
        losses(place, near, place.name || `this ${kind || "place"}`, atlas),
        part("What it is", what(place, area, atlas)),
        part("What the law makes of it", legal(listings, ask, atlas)),
        candidate(place, near, atlas),
        part("What else is near", alternatives(place, near, area, atlas)),
        part("What you can do", steps(place, listings, area, ask)),
      ],
    };
  };
})();
