/* The table beside the map, for who cannot use a map: the same rows in the same words, in an order one chooses, by
 * pages. */
(function () {
  "use strict";
  const CG = window.CG;
  const { el, parts, say } = CG;
  const PAGE = 50;
  let section,
    opener,
    told,
    place,
    pages,
    page = 0,
    drawn = 0,
    shown = null;

  const order = () => {
    const { sort } = CG.state;
    if (sort && CG.orders.includes(sort.replace(/^-/, ""))) return sort;
    return shown && shown.classes.isCategory ? "class" : "-value";
  };

  function heading(title, by, now) {
    const sorted = now.replace(/^-/, "") === by;
    const down = now.startsWith("-");
    const next = sorted ? (down ? by : `-${by}`) : by === "value" ? "-value" : by;
    const mark = sorted ? (down ? " ▼" : " ▲") : "";
    const press = parts.button([title, el("span", { "aria-hidden": "true" }, mark)], () => {
      page = 0;
      CG.set({ sort: next });
    });
    return el("th", { scope: "col", "aria-sort": sorted ? (down ? "descending" : "ascending") : null }, press);
  }

  function select(row) {
    if (shown.level === "area") CG.select({ area: row.code });
    else CG.select({ group: { level: shown.level, code: row.code } });
  }

  function line(row) {
    const chosen = CG.state.area === row.code || (CG.state.group && CG.state.group.code === row.code);
    const swatch = el("span", {
      class: row.colour ? "swatch" : "swatch unknown",
      style: row.colour ? `background:${row.colour}` : null,
      "aria-hidden": "true",
    });
    const press = parts.button(parts.name(row.name), () => select(row), {
      class: "link",
      "aria-current": chosen ? "true" : null,
    });
    return el(
      "tr",
      { class: chosen ? "chosen" : null },
      el("th", { scope: "row" }, press, " ", el("span", { class: "code" }, row.code)),
      el("td", null, row.authority === null ? "" : parts.name(row.authority)),
      el("td", null, row.text),
      el("td", null, swatch, " ", row.words),
    );
  }

  function turn(to, sorted) {
    page = to;
    show(sorted);
    CG.tell(`Page ${page + 1} of ${Math.ceil(sorted.length / PAGE)}`);
    place.scrollTop = 0;
  }

  function show(sorted) {
    const now = order();
    const n = Math.max(1, Math.ceil(sorted.length / PAGE));
    page = Math.min(page, n - 1);
    const around = shown.level === "authority" ? "Region" : "Authority";
    const head = el(
      "tr",
      null,
      heading(say.upper(shown.words.one), "name", now),
      heading(around, "authority", now),
      heading(shown.title, shown.classes.isCategory ? "class" : "value", now),
      heading("Class", "class", now),
    );
    const body = sorted.slice(page * PAGE, (page + 1) * PAGE).map(line);
    const caption = el("caption", { class: "out-of-sight" }, `${shown.title}, page ${page + 1} of ${n}`);
    place.replaceChildren(el("table", null, caption, el("thead", null, head), el("tbody", null, body)));
    const back = parts.button("Previous", () => turn(page - 1, sorted), { disabled: page === 0 });
    const on = parts.button("Next", () => turn(page + 1, sorted), { disabled: page >= n - 1 });
    pages.replaceChildren(back, el("span", null, `Page ${say.number(page + 1, 0)} of ${say.number(n, 0)}`), on);
    pages.hidden = n < 2;
  }

  async function draw() {
    if (!CG.state.table) return;
    const mine = ++drawn;
    let found;
    try {
      found = await CG.shownRows();
    } catch (problem) {
      if (mine === drawn) told.textContent = "The numbers could not be read: is the folder whole?";
      console.warn(problem);
      return;
    }
    if (mine !== drawn) return;
    shown = found;
    const known = found.rows.filter((row) => row.class >= 0).length;
    const short = known < found.rows.length ? `, ${say.number(known, 0)} of them known` : "";
    told.textContent = [
      `${found.title}: ${say.number(found.rows.length, 0)} ${found.rows.length === 1 ? found.words.one : found.words.several}${short}. Choose one to read its profile.`,
      ...found.classes.notes,
      CG.atlas.release.is_invented ? "Invented: this town does not exist." : "",
    ]
      .join(" ")
      .trim();
    show(CG.sorted(found.rows, order()));
  }

  function hear(state, changed) {
    section.hidden = !state.table;
    opener.setAttribute("aria-expanded", String(state.table));
    if (!state.table) return;
    if (["member", "level", "scope", "show"].some((part) => changed.has(part))) page = 0;
    const level = changed.has("view") && shown && CG.shown(state).level !== shown.level;
    if (
      level ||
      ["member", "level", "scope", "show", "sort", "table", "area", "group"].some((part) => changed.has(part))
    )
      draw();
  }

  function close() {
    CG.set({ table: false });
    CG.tell("Table closed.");
    opener.focus();
  }

  function toggle() {
    if (CG.state.table) return close();
    CG.set({ table: true });
    const title = document.getElementById("rows-title");
    title.focus({ preventScroll: true });
    section.scrollIntoView({ block: "nearest" });
    return undefined;
  }

  function start() {
    [section, opener, told, place, pages] = ["rows", "rows-open", "rows-told", "rows-table", "rows-pages"].map((id) =>
      document.getElementById(id),
    );
    document.getElementById("rows-close").addEventListener("click", close);
    opener.addEventListener("click", toggle);
    CG.on("state", hear);
  }

  document.addEventListener("DOMContentLoaded", start);
})();
