/* What one area has: places by kind with the places behind each count, what a community holds; then what is
 * missing, what closed, candidates, and what is not known. The words are those of the printed profile. */
(function () {
  "use strict";
  const CG = window.CG;
  const { el, parts, say } = CG;
  const SHOWN = 10;

  /** A kind of place as it is told of in a sentence: `one`, `several`, `group`, `subset_of`. */
  function kindOf(atlas, id) {
    const kind = atlas.kinds.find((one) => one.kind === id);
    const spaced = String(id).replace(/_/g, " ");
    return kind
      ? { ...kind, one: say.lower(kind.title) }
      : { kind: id, one: spaced, several: `${spaced}s`, group: null, subset_of: null };
  }

  /** The kinds of place with what is known of them here. */
  function kindsOf(atlas, near) {
    return Object.keys(near.reach).map((id) => ({ ...kindOf(atlas, id), ...near.reach[id] }));
  }

  const isPlace = (kind) => kind.group !== "site" && !kind.subset_of;

  function placeButton(place, one) {
    const go = () => CG.select({ place: place.place_id, lon: place.lon, lat: place.lat });
    return parts.button(parts.name(say.nameOf(place.name, one)), go, { class: "link" });
  }

  function walk({ metres, minutes }) {
    return el("span", { class: "walk" }, ` ${say.number(metres, 0)} m, ${say.minutes(minutes)}`);
  }

  function counts(kind) {
    const within =
      kind.n10 === kind.n15 ? "10 minutes" : `15 minutes (${kind.n10 ? say.number(kind.n10, 0) : "none"} within 10)`;
    const more = kind.coverage === "partial" ? "; there may be more" : "";
    return `${say.number(kind.n15, 0)} ${kind.n15 === 1 ? kind.one : kind.several} within ${within}${more}`;
  }

  /** A kind with its count; opened, every place behind the count with its walk. */
  function present(kind, near) {
    if (!kind.n15) {
      const nearest = kind.place ? placeButton(kind.place, kind.one) : kind.one;
      return [`${say.upper(kind.several)}: the nearest, `, nearest, walk(kind), " away"];
    }
    const behind = near.within.filter((found) => found.kind === kind.kind && found.place);
    if (!behind.length) return counts(kind); // a kind whose places are counted and never named
    const [first] = behind;
    const nearest = [
      counts(kind),
      "; nearest ",
      parts.name(say.nameOf(first.place.name, kind.one)),
      `, ${say.minutes(first.minutes)}`,
    ];
    return parts.opening(nearest, () =>
      parts.list(behind.map((found) => [placeButton(found.place, kind.one), walk(found)])),
    );
  }

  function held(atlas, near) {
    const known = near.within.filter(
      (found) => found.place && found.place.in_community_hands && isPlace(kindOf(atlas, found.kind)),
    );
    const seen = new Set();
    const once = known.filter(({ place }) => !seen.has(place.place_id) && seen.add(place.place_id));
    const line = (found) => {
      const { one } = kindOf(atlas, found.kind);
      return [placeButton(found.place, one), ` (${one})`, walk(found)];
    };
    return ["In community hands: ", once.length ? parts.list(once.map(line)) : "none that we know of"];
  }

  function owners(near) {
    const sums = new Map();
    (near.owners || []).forEach((row) => sums.set(row.owner_kind, (sums.get(row.owner_kind) || 0) + row.n));
    if (!sums.size) return null;
    const told = [...sums].map(
      ([owner, n]) => `${say.number(n, 0)} ${owner === "unknown" ? say.NOT_KNOWN : CG.words("owner_kind", owner)}`,
    );
    const all = [...sums.values()].reduce((sum, n) => sum + n, 0);
    return `Who owns the ${say.counted(all, "open place", "open places")} listed in the area, a place once for each of its kinds: ${say.joined(told)}`;
  }

  /** Organisations and support in place: of the authority, so the same for all its areas. */
  function organisations(atlas, near) {
    const domain = atlas.members.find((member) => member.kind === "domain" && member.domain === "capacity");
    const counted = (domain ? domain.members : []).filter((id) => near.numbers[id]);
    if (!counted.length) return null;
    return [
      "Groups, counted by authority, so the same for all its areas:",
      parts.list(counted.map((id) => number(atlas, near, id))),
    ];
  }

  /** An indicator as it was counted, or why it is not known. */
  function number(atlas, near, id) {
    const member = atlas.members.find((one) => one.id === id) || { title: id, unit: "" };
    const { value, n_counted: n, n_of: of, coverage, null_reason: reason } = near.numbers[id];
    if (value === null) return `${member.title}: ${say.NOT_KNOWN} (${meaning(reason)})`;
    const partly = coverage === "partial" ? `; ${CG.words("coverage", "partial")}` : "";
    if (of !== null && member.counted_in)
      return `${member.title}: ${say.number(n, 0)} of ${say.number(of, 0)} ${member.counted_in}${partly}`;
    const unit = member.unit === "0 to 100" ? "of 100" : say.unitOf(value, member.unit);
    return `${member.title}: ${say.number(value, Number.isInteger(value) ? 0 : 1)} ${unit}`.trim() + partly;
  }

  function firstListed(atlas, near) {
    const events = near.events.filter((event) => event.event === "first_listed");
    if (!events.length) return null;
    const line = (event) => [named(event, atlas), `, by ${say.day(event.since, event.precision)}`];
    return ["First listed (which is not to say they opened then): ", parts.list(events.slice(0, SHOWN).map(line))];
  }

  function named(event, atlas) {
    const { one } = kindOf(atlas, event.kind);
    return [event.place ? placeButton(event.place, one) : say.nameOf(null, one), ` (${one})`];
  }

  /** What residents can reach, nearest first. */
  function here(atlas, near) {
    const kinds = kindsOf(atlas, near).filter((kind) => isPlace(kind) && (kind.n15 || kind.gap === "within"));
    kinds.sort((a, b) => (a.metres ?? Infinity) - (b.metres ?? Infinity));
    const lines = kinds.map((kind) => present(kind, near));
    return [
      el(
        "p",
        { class: "small" },
        `Open places anyone may come to, nearest first. Walks: ${atlas.release.distance_measure}.`,
      ),
      parts.list(
        [
          ...(lines.length ? lines : ["none of the kinds of place that were looked for"]),
          held(atlas, near),
          organisations(atlas, near),
          owners(near),
          firstListed(atlas, near),
        ],
        { class: "lines" },
      ),
    ];
  }

  function beyond(kind) {
    const first = `Beyond ${say.number(kind.standard, 0)} minutes: no ${kind.one} nearer; the nearest`;
    if (!kind.place) return `${first} is further than is measured`;
    return [`${first}, `, placeButton(kind.place, kind.one), `, is ${say.minutes(kind.minutes)} away`];
  }

  function borderline(kind) {
    const nearest = kind.place ? placeButton(kind.place, kind.one) : kind.one;
    return [
      `Borderline: the nearest ${kind.one}, `,
      nearest,
      `, is ${say.minutes(kind.minutes)} away, close to the standard of ${say.number(kind.standard, 0)} minutes`,
    ];
  }

  function closed(event, atlas) {
    const far = event.metres === null ? ", in the area" : [",", walk(event), " away"];
    return [
      "Closed: ",
      named(event, atlas),
      far,
      `; ${say.day(event.since, event.precision)}; ${titled(event.told_by, atlas)}`,
    ];
  }

  /** The titles of sources in place of their short names. */
  function titled(text, atlas) {
    return Object.entries(atlas.sources).reduce(
      (told, [source, { title }]) => told.split(source).join(title),
      String(text || ""),
    );
  }

  /** Gaps against the standards, kinds with none near, and confirmed closings. */
  function missing(atlas, near) {
    const kinds = kindsOf(atlas, near).filter(isPlace);
    const gaps = [
      ...kinds.filter((kind) => kind.gap === "beyond").map(beyond),
      ...kinds.filter((kind) => kind.gap === "borderline").map(borderline),
    ];
    const met = kinds.filter((kind) => kind.gap === "within").map((kind) => kind.several);
    const noGap = met.length
      ? `No gap found: ${say.joined(met)} are within the standard walk`
      : `Whether any standard is met: ${say.NOT_KNOWN}`;
    const none = kinds.filter((kind) => kind.n15 === 0 && !kind.standard);
    const further = (kind) => kind.several + (kind.metres === null ? "" : ` (nearest ${say.minutes(kind.minutes)})`);
    const told = (start, some) =>
      some.length
        ? `${start} within 15 minutes, where no standard is set: ${say.joined(some.map(further))}`
        : null;
    const isPartly = (kind) => kind.coverage === "partial";
    const closings = near.events
      .filter((event) => event.confirmed && event.event === "closed")
      .map((event) => closed(event, atlas));
    return [
      el("p", { class: "small" }, "Against the walk set as a standard for each kind, whatever other areas have."),
      parts.list(
        [
          ...(gaps.length ? gaps : [noGap]),
          told(
            "None",
            none.filter((kind) => !isPartly(kind)),
          ),
          told("None that we know of", none.filter(isPartly)),
          ...(closings.length
            ? closings
            : ["Closed: no confirmed closing that we know of here or within a 15-minute walk"]),
        ],
        { class: "lines" },
      ),
    ];
  }

  /** What is known of a candidate: the first piece of evidence with its date, and what is not known. */
  function evidence(row, atlas) {
    const when = `${row.as_at ? `evidence of ${say.day(row.as_at)}` : "undated evidence"}${row.is_too_old ? ", too old to count" : ""}`;
    return [
      `${titled(row.evidence, atlas)} (${when})`,
      row.owner_name ? `owned by ${row.owner_name}` : null,
      row.tenure_band && row.tenure_band !== "unknown" ? `tenure: ${CG.words("tenure_band", row.tenure_band)}` : null,
      row.allocated_for ? `allocated first for ${row.allocated_for}` : null,
      row.not_known ? `${say.NOT_KNOWN}: ${row.not_known}` : null,
    ]
      .filter(Boolean)
      .join("; ");
  }

  /** Candidate buildings and sites, each with its evidence and what is not known; those beyond the first `shown` when asked. */
  function candidates(atlas, near, shown = SHOWN) {
    const rows = near.candidates || [];
    const line = (row) => {
      const { one } = kindOf(atlas, row.kind);
      const name = row.place
        ? placeButton({ ...row.place, name: row.name || row.place.name }, one)
        : parts.name(say.nameOf(row.name, one));
      const far = row.metres === null ? null : [",", walk(row)];
      return [name, `: ${CG.words("candidate", row.what)} (${one})`, far, `; ${evidence(row, atlas)}`];
    };
    const unknown = kindsOf(atlas, near).filter((kind) => kind.group === "site" && kind.n15 === null);
    const more = rows.slice(shown);
    return [
      el("p", { class: "small" }, "Somewhere to look, not an offer; here or within a 15-minute walk."),
      parts.list(
        [
          ...(rows.length ? rows.slice(0, shown).map(line) : ["none that we know of"]),
          more.length ? parts.opening(`and ${more.length} more`, () => parts.list(more.map(line))) : null,
          ...unknown.map(
            (kind) => `How many ${kind.several} are within reach: ${say.NOT_KNOWN} (${meaning(kind.null_reason)})`,
          ),
        ],
        { class: "lines" },
      ),
    ];
  }

  /** Why a value is not known, in a clause. */
  function meaning(reason) {
    const told = reason && CG.atlas.labels.null_reason[reason];
    return told ? told.meaning || told.label : "no reason is given";
  }

  function byReason(entries) {
    const groups = new Map();
    for (const [reason, title] of entries) groups.set(meaning(reason), [...(groups.get(meaning(reason)) || []), title]);
    return [...groups];
  }

  /** What nobody looked for, or could not be read, with the reason. */
  function notKnown(atlas, near) {
    const kinds = kindsOf(atlas, near);
    const unlooked = byReason(
      kinds.filter((kind) => kind.coverage === "unknown").map((kind) => [kind.null_reason, kind.several]),
    );
    const partly = kinds.filter((kind) => kind.coverage === "partial").map((kind) => kind.several);
    const unsure = kinds
      .filter((kind) => kind.standard && kind.gap === null && kind.coverage !== "unknown")
      .map((kind) => kind.several);
    const numbers = byReason(
      Object.entries(near.numbers || {})
        .filter(([, one]) => one.value === null)
        .map(([id, one]) => [one.null_reason, CG.why.titleOf(atlas, id)]),
    );
    return (
      parts.list(
        [
          ...unlooked.map(([why, names]) => `Kinds of place nobody looked for here (${why}): ${say.joined(names)}`),
          partly.length
            ? `Partly known, so there may be more (a list kept by volunteers, or the edge of what a list covers): ${say.joined(partly)}`
            : null,
          unsure.length
            ? `Whether there is a gap (the edge of what the list covers is nearer than the nearest found): ${say.joined(unsure)}`
            : null,
          ...numbers.map(([why, names]) => `Numbers not known (${why}): ${names.join("; ")}`),
        ],
        { class: "lines" },
      ) || el("p", null, "Everything that was looked for is known here.")
    );
  }

  CG.here = { here, missing, candidates, notKnown, number, kindsOf, kindOf, evidence, meaning, isPlace, titled };
})();
