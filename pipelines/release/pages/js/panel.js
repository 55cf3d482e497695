/* The panel beside the map: it opens on what is chosen (an area, two, a larger area, a place) and says so aloud. */
(function () {
  "use strict";
  const CG = window.CG;
  const { el, parts } = CG;
  let panel,
    title,
    body,
    tools,
    drawn = 0,
    comparing = null,
    begun = false,
    opener = null;

  async function made(state) {
    if (state.place) return CG.placeProfile(state.place);
    if (state.area && state.compare) return CG.comparison(state.area, state.compare);
    if (state.area) return CG.profile(state.area);
    return CG.groupProfile(state.group);
  }

  async function copy(event) {
    const own = event.currentTarget;
    try {
      await navigator.clipboard.writeText(CG.link());
      own.textContent = "Link copied";
    } catch {
      own.textContent = "Copy the address above";
    }
    CG.tell(own.textContent);
  }

  function taller(event) {
    const tall = panel.classList.toggle("tall");
    event.currentTarget.setAttribute("aria-pressed", String(tall));
  }

  /** The address of the sheet of what is chosen; null where there is none of it. */
  function sheetOf({ place, area, compare, group }) {
    if (place) return `p=${encodeURIComponent(place)}`;
    if (area) return compare ? null : `a=${encodeURIComponent(area)}`;
    return group && group.level === "authority" ? `g=authority:${encodeURIComponent(group.code)}` : null;
  }

  function toolsFor(state) {
    const tall = parts.button("Taller", taller, {
      class: "narrow-only",
      "aria-pressed": String(panel.classList.contains("tall")),
    });
    const back = state.place && state.area ? parts.button("Back", () => CG.set({ place: null })) : null;
    const compare =
      state.area && !state.place && !state.compare
        ? parts.button("Compare", compareWith, { "aria-pressed": String(Boolean(comparing)) })
        : null;
    const sheet = sheetOf(state);
    const print = sheet
      ? el("a", { class: "button", href: `../sheets/index.html#${sheet}` }, "A sheet to print")
      : parts.button("Print", () => window.print(), { class: "wide-only" });
    return [back, compare, parts.button("Copy link", copy), tall, print];
  }

  function compareWith() {
    comparing = comparing ? null : CG.state.area;
    tools.replaceChildren(...toolsFor(CG.state).filter(Boolean));
    const told = comparing ? "Choose another area: on the map, in the search box or in the table." : "";
    document.getElementById("panel-note").textContent = told;
    CG.tell(told || "Not comparing.");
    if (comparing) document.getElementById("find").focus();
  }

  async function draw(state, byHand) {
    const mine = ++drawn;
    const chosen = state.area || state.group || state.place;
    if (!chosen) {
      panel.hidden = true;
      return;
    }
    panel.hidden = false;
    panel.setAttribute("aria-busy", "true");
    let told;
    try {
      told = await made(state);
    } catch (problem) {
      told = {
        title: "Not read",
        body: [el("p", null, "What belongs here could not be read. Is the folder whole, and is it served as one?")],
      };
      console.warn(problem);
    }
    if (mine !== drawn) return;
    told = told || {
      title: "Not found",
      body: [el("p", null, "This release has no such area or place. It may be of another release.")],
    };
    title.replaceChildren(
      parts.name(told.title),
      told.code && told.title !== told.code && !state.place ? el("span", { class: "code" }, ` ${told.code}`) : "",
    );
    tools.replaceChildren(...toolsFor(state).filter(Boolean));
    document.getElementById("panel-note").textContent = "";
    body.replaceChildren(...[told.body].flat(9).filter(Boolean));
    panel.removeAttribute("aria-busy");
    panel.scrollTop = 0;
    if (byHand) {
      title.focus({ preventScroll: true });
      CG.tell(`${told.title}: opened beside the map.`);
    }
  }

  function close() {
    comparing = null;
    CG.select(null);
    (opener && opener.isConnected && !panel.contains(opener) ? opener : document.getElementById("find")).focus();
  }

  function hear(state, changed) {
    if (comparing && changed.has("area") && state.area && state.area !== comparing) {
      const first = comparing;
      comparing = null;
      CG.set({ area: first, compare: state.area, place: null });
      return;
    }
    if (!["area", "compare", "group", "place"].some((part) => changed.has(part))) return;
    const from = document.activeElement;
    if (from && from !== document.body && !panel.contains(from)) opener = from;
    draw(state, begun); // a link that opens the panel leaves the focus where the page begins
    begun = true;
  }

  function start() {
    [panel, title, body, tools] = ["panel", "panel-title", "panel-body", "panel-tools"].map((id) =>
      document.getElementById(id),
    );
    document.getElementById("panel-close").addEventListener("click", close);
    panel.addEventListener("keydown", (event) => event.key === "Escape" && close());
    CG.on("state", hear);
  }

  document.addEventListener("DOMContentLoaded", start);
})();
