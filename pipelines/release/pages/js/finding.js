/* What a typed text may mean: a postcode, an area, a larger area, a place; by spelling first, by near spelling
 * after. */
(function () {
  "use strict";
  const CG = window.CG;
  const MOST = { postcode: 1, area: 5, authority: 4, msoa: 5, ward: 5, place: 6, all: 12, each: 3 };
  const NEAR_FROM = 4; // letters from which a near spelling is looked for: shorter words are near to everything
  const made = {};

  /** Small letters without accents, marks or double spaces: how two spellings are held against each other. */
  function plain(text) {
    const bare = String(text).normalize("NFKD").replace(/[̀-ͯ]/g, "").toLowerCase();
    return bare
      .replace(/&/g, " and ")
      .replace(/['’`]/g, "")
      .replace(/[^\p{L}\p{N}]+/gu, " ")
      .trim();
  }

  /** Letters to change, add, drop or swap to get from `a` to `b`; more than `most` is most + 1. */
  function apart(a, b, most) {
    if (Math.abs(a.length - b.length) > most) return most + 1;
    let two = [],
      last = Array.from({ length: b.length + 1 }, (_, j) => j);
    for (let i = 1; i <= a.length; i++) {
      const now = [i];
      for (let j = 1; j <= b.length; j++) {
        const same = a[i - 1] === b[j - 1] ? 0 : 1;
        now[j] = Math.min(last[j] + 1, now[j - 1] + 1, last[j - 1] + same);
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) now[j] = Math.min(now[j], two[j - 2] + 1);
      }
      if (Math.min(...now) > most) return most + 1;
      two = last;
      last = now;
    }
    return last[b.length];
  }

  /** How well a name answers, 0 the best; null for not at all. Every word asked must begin a word of the name. */
  function fits(name, own, { asked, words }) {
    if (name === asked) return 0;
    if (name.startsWith(asked)) return 1;
    if (words.every((word) => own.some((one) => one.startsWith(word)))) return 2;
    return asked.length > 2 && name.includes(asked) ? 3 : null;
  }

  /** How far each word of a vocabulary is from the word asked, or its start is; those too far are not in it. */
  function nearWords(word, vocabulary) {
    const most = word.length < NEAR_FROM ? 0 : word.length < 7 ? 1 : 2;
    const found = new Map();
    for (const one of vocabulary) {
      if (one[0] !== word[0] && one[1] !== word[1]) continue; // the first two letters are rarely both wrong
      const whole = apart(word, one, most);
      const far =
        whole && one.length > word.length ? Math.min(whole, apart(word, one.slice(0, word.length), most)) : whole;
      if (far <= most) found.set(one, far);
    }
    return found;
  }

  /** As `fits`, by near spelling: every word asked is near to a word of the name. */
  function nearly(name, own, { near }) {
    let sum = 0;
    for (const words of near) {
      const least = own.reduce((far, one) => Math.min(far, words.has(one) ? words.get(one) : Infinity), Infinity);
      if (least === Infinity) return null;
      sum += least;
    }
    return 4 + sum;
  }

  /** The names of a level as they are held against what is asked: `plain`, their `words`, and every word once. */
  function listed(key, names) {
    if (!made[key]) {
      const plains = names.map((name) => plain(name || ""));
      const words = plains.map((name) => name.split(" "));
      made[key] = { plains, words, vocabulary: [...new Set(words.flat())] };
    }
    return made[key];
  }

  /** The rows of the names that answer best, and how many there are besides. */
  function best(key, names, asked, test) {
    const { plains, words, vocabulary } = listed(key, names);
    const own = asked.split(" ");
    const query = { asked, words: own, near: test === nearly ? own.map((word) => nearWords(word, vocabulary)) : null };
    const found = [];
    plains.forEach((name, row) => {
      const rank = name ? test(name, words[row], query) : null;
      if (rank !== null) found.push([rank, name.length, row]);
    });
    found.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
    const most = MOST[key];
    return {
      rows: found.slice(0, most).map((one) => one[2]),
      more: Math.max(0, found.length - most),
      rank: found.length ? found[0][0] : 9,
    };
  }

  const LEVELS = ["authority", "msoa", "ward"];
  const LIKE_CODE = /^[a-z]\d{2,8}$/i; // an area code, or its start
  const STARTS_POSTCODE = /^[a-z]{1,2}\d[a-z\d]?\s*(\d[a-z]?)?$/i; // names are not searched while one is typed
  const STARTS = "It looks like the start of a postcode: type all of it.";
  const LIKE_POSTCODE = /^[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}$/i;

  function within(level, groups, row, authorities) {
    return level === "authority" ? null : authorities.name[groups.authority[row]];
  }

  async function larger(level, asked, test, words) {
    const [groups, authorities] = await Promise.all([CG.groups(level), CG.groups("authority")]);
    const codes = groups.code.findIndex((code) => code.toLowerCase() === asked);
    const found = codes < 0 ? best(level, groups.name, asked, test) : { rows: [codes], more: 0, rank: 0 };
    return {
      kind: level,
      title: words[level].several,
      ...found,
      entries: found.rows.map((row) => ({
        label: groups.name[row] || groups.code[row],
        hint: within(level, groups, row, authorities),
        pick: { group: { level, code: groups.code[row] } },
      })),
    };
  }

  async function small(asked, test, words) {
    const [areas, authorities, msoas] = await Promise.all([CG.areas(), CG.groups("authority"), CG.groups("msoa")]);
    const code = areas.code.findIndex((one) => one.toLowerCase() === asked);
    const found = code < 0 ? best("area", areas.name, asked, test) : { rows: [code], more: 0, rank: 0 };
    return {
      kind: "area",
      title: words.area.several,
      ...found,
      entries: found.rows.map((row) => ({
        label: areas.name[row] || areas.code[row],
        hint: [areas.code[row], msoas.name[areas.msoa[row]], authorities.name[areas.authority[row]]]
          .filter(Boolean)
          .join(", "),
        pick: { area: areas.code[row] },
      })),
    };
  }

  async function placed(asked, test) {
    const [places, areas, authorities, { kinds }] = await Promise.all([
      CG.placeNames(),
      CG.areas(),
      CG.groups("authority"),
      CG.load("atlas"),
    ]);
    const found = best("place", places.name, asked, test);
    const one = Object.fromEntries(kinds.map((kind) => [kind.kind, CG.say.lower(kind.title)]));
    return {
      kind: "place",
      title: "Places",
      ...found,
      entries: found.rows.map((row) => ({
        label: places.name[row],
        hint: [one[places.kind[row]], authorities.name[areas.authority[places.row[row]]]].filter(Boolean).join(", "),
        pick: { place: places.place_id[row], lon: places.lon[row], lat: places.lat[row] },
      })),
    };
  }

  /** The names of all places that have one, of several files in one: columns place_id, name, kind, lon, lat, row. */
  CG.placeNames = () => {
    made.places =
      made.places ||
      (async () => {
        const { place_names: files } = await CG.load("atlas");
        const read = await Promise.all(files.map((key) => CG.load(key)));
        const all = (column) => read.flatMap((part) => part[column]);
        const kind = read.flatMap((part) => part.kind.map((which) => (which === null ? null : part.kinds[which])));
        made.isRead = true;
        return {
          place_id: all("place_id"),
          name: all("name"),
          kind,
          lon: all("lon"),
          lat: all("lat"),
          row: all("row"),
        };
      })();
    made.places.catch(() => delete made.places);
    return made.places;
  };

  /** Groups cut so that all of them can be looked over at once: the best as it is, of the others a few each. */
  function few(groups) {
    const n = groups.reduce((sum, group) => sum + group.entries.length, 0);
    if (n <= MOST.all) return groups;
    return groups.map((group, g) =>
      g
        ? {
            ...group,
            entries: group.entries.slice(0, MOST.each),
            more: group.more + Math.max(0, group.entries.length - MOST.each),
          }
        : group,
    );
  }

  async function byPostcode(text) {
    const found = await CG.postcode(text);
    if (!found) return null;
    const areas = await CG.areas();
    const code = areas.code[found.row];
    const entry = {
      label: found.postcode,
      hint: `in ${areas.name[found.row] || code} (${code})`,
      pick: { postcode: found.postcode, area: code },
    };
    return { kind: "postcode", title: "Postcode", more: 0, entries: [entry] };
  }

  /** Answers to a text, grouped by kind, best group first: `{groups:[{kind,title,entries:[{label,hint,pick}],more}], near,
   * why}`; `near` where nothing is spelt so and these are spelt nearly so, `why` where nothing was found. Empty for less
   * than two letters. `early` is called with what is found before the names of places are read. */
  CG.find = async (text, early = () => {}) => {
    const asked = plain(text);
    if (asked.length < 2) return { groups: [], near: false };
    const { levels } = await CG.load("atlas");
    const words = Object.fromEntries(
      levels.map((level) => [level.id, { one: level.one, several: CG.say.upper(level.several) }]),
    );
    const typed = text.trim();
    if (STARTS_POSTCODE.test(typed) && !LIKE_CODE.test(typed))
      return { groups: [], near: false, why: STARTS };
    const postcode = await byPostcode(text);
    if (postcode) return { groups: [postcode], near: false };
    if (LIKE_POSTCODE.test(typed)) {
      return {
        groups: [],
        near: false,
        why: "It looks like a postcode: it may be new, closed, or outside the areas of this release.",
      };
    }
    const some = (groups) => few(groups.filter((group) => group.entries.length).sort((a, b) => a.rank - b.rank));
    const areas = (test) =>
      Promise.all([
        ...LEVELS.filter((level) => words[level]).map((level) => larger(level, asked, test, words)),
        small(asked, test, words),
      ]);
    const spelt = await areas(fits);
    if (asked.length < 3 || LIKE_CODE.test(typed)) {
      const groups = some(spelt);
      return { groups, near: false, why: !groups.length && STARTS_POSTCODE.test(typed) ? STARTS : undefined };
    }
    if (!made.isRead) early({ groups: some(spelt), near: false });
    let groups = some([...spelt, await placed(asked, fits)]);
    const near = !groups.length && asked.length >= NEAR_FROM;
    if (near) groups = some([...(await areas(nearly)), await placed(asked, nearly)]);
    return { groups, near: near && groups.length > 0 };
  };
})();
