/* The page of sheets: one sheet of what its address asks for (`#a=` area, `#q=` postcode or name, `#p=` place, `#g=authority:`),
 * to read or to print; what is found or pressed leads on by the address. */
(function () {
  "use strict";
  const CG = window.CG;
  const { el, parts, say } = CG;
  const CODE = /^[A-Za-z0-9_.:-]{1,60}$/; // what an address may name; whether there is such a thing is asked of the data
  const LONGEST = 120;
  let drawn = 0;

  const code = (text) => (text && CODE.test(text) ? text : null);

  /** What the address asks for: one of {area}, {place}, {group: {level, code}}, {text}, or nothing. */
  function asked() {
    const said = new URLSearchParams(location.hash.replace(/^#/, ""));
    const [level, ...rest] = (said.get("g") || "").split(":");
    if (code(said.get("p"))) return { place: said.get("p") };
    if (code(said.get("a"))) return { area: said.get("a") };
    if (["authority", "msoa", "ward"].includes(level) && code(rest.join(":"))) return { group: { level, code: rest.join(":") } };
    return said.get("q") ? { text: said.get("q").slice(0, LONGEST) } : {};
  }

  /** The address of the sheet of something, or of the list of what a ward or MSOA holds. */
  const address = (what) => {
    const part = what.place ? ["p", what.place] : what.area ? ["a", what.area] : ["g", `${what.group.level}:${what.group.code}`];
    return `#${part[0]}=${encodeURIComponent(part[1]).replace(/%3A/g, ":")}`;
  };

  const link = (what, name) => el("a", { href: address(what) }, parts.name(name));

  /** A part of a sheet under its heading. */
  const part = (title, ...held) => el("section", null, el("h2", null, title), held);

  /** Terms and what is told of each; what is null is left out. */
  const facts = (rows) =>
    el(
      "dl",
      { class: "facts" },
      rows.filter(Boolean).map(([term, told]) => el("div", null, el("dt", null, term), el("dd", null, told))),
    );

  /** A ward or MSOA has no sheet: its areas have. */
  async function within({ level, code: own }, atlas) {
    const [group, areas, rows] = await Promise.all([CG.groups(level), CG.areas(), CG.rowsIn(level, own)]);
    const at = group.rowOf.get(own);
    if (at === undefined) return null;
    const words = atlas.levels.find((one) => one.id === level) || { one: level };
    return {
      title: group.name[at] || own,
      body: [
        el("p", null, `${say.upper(words.one)}. There are sheets of areas, places and authorities: choose one of its areas.`),
        parts.list(rows.map((row) => [link({ area: areas.code[row] }, areas.name[row] || areas.code[row]), ` ${areas.code[row]}`])),
      ],
    };
  }

  function made(what, atlas) {
    if (what.place) return CG.placeSheet(what.place, atlas);
    if (what.area) return CG.areaSheet(what.area, atlas);
    return what.group.level === "authority" ? CG.authoritySheet(what.group.code, atlas) : within(what.group, atlas);
  }

  /** Puts what was asked into the search box, which chooses what answers it best; of a postcode, its area. */
  function look(text) {
    const input = document.getElementById("find");
    input.value = text;
    input.form.requestSubmit();
  }

  async function draw() {
    const mine = ++drawn;
    const what = asked();
    const sheet = document.getElementById("sheet");
    const start = document.getElementById("start");
    start.hidden = Boolean(what.area || what.place || what.group);
    if (!start.hidden) {
      sheet.replaceChildren();
      if (what.text) look(what.text);
      return;
    }
    sheet.setAttribute("aria-busy", "true");
    let told;
    try {
      told = await made(what, await CG.start_data());
      told = told || { title: "Not found", body: [el("p", null, "This release has no such area, place or authority. It may be of another release.")] };
    } catch (problem) {
      told = { title: "Not read", body: [el("p", null, "What belongs here could not be read. Is the folder whole?")] };
      console.warn(problem);
    }
    if (mine !== drawn) return;
    const heading = el("h1", { id: "sheet-title", tabindex: "-1" }, parts.name(told.title), told.code ? el("span", { class: "code" }, ` ${told.code}`) : null);
    sheet.replaceChildren(heading, ...[told.body].flat(9).filter(Boolean));
    document.title = `${told.title} · ${CG.atlas ? CG.atlas.release.title : "Sheet"}`;
    document.getElementById("print").hidden = false;
    sheet.removeAttribute("aria-busy");
    CG.tell(`${told.title}: the sheet is below.`);
  }

  CG.sheet = { link, part, facts };

  /** Leads to the sheet of what was found or pressed. */
  CG.select = (what) => {
    if (what) location.hash = address(what);
  };

  document.addEventListener("DOMContentLoaded", () => {
    document.getElementById("print").addEventListener("click", () => window.print());
    window.addEventListener("hashchange", draw);
    draw();
  });
})();
