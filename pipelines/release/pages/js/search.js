/* The search box: a combobox by the WAI-ARIA pattern, its answers in groups by kind; what is chosen is selected. */
(function () {
  "use strict";
  const CG = window.CG;
  const { el, parts } = CG;
  const PAUSE = 120; // milliseconds without a key before the text is looked for
  let input,
    box,
    note,
    options = [],
    active = -1,
    asked = 0,
    waiting = 0;

  function close() {
    box.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    active = -1;
  }

  function move(to) {
    if (options[active]) options[active].node.setAttribute("aria-selected", "false");
    active = (to + options.length) % options.length;
    const { node } = options[active];
    node.setAttribute("aria-selected", "true");
    node.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", node.id);
  }

  function choose(option) {
    input.value = option.label;
    close();
    CG.select(option.pick);
  }

  function row(entry, n) {
    const hint = entry.hint ? el("span", { class: "hint" }, parts.name(entry.hint)) : null;
    const node = el(
      "div",
      { role: "option", id: `found-${n}`, "aria-selected": "false" },
      parts.name(entry.label),
      " ",
      hint,
    );
    const option = { ...entry, node };
    node.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
    node.addEventListener("click", () => choose(option));
    return option;
  }

  /** Lists answers; the one that was reached by the arrow keys stays so where it is among them. */
  function shown(groups, near) {
    const reached = options[active] ? JSON.stringify(options[active].pick) : null;
    options = [];
    box.replaceChildren();
    groups.forEach((group, g) => {
      const rows = group.entries.map((entry, i) => row(entry, options.length + i));
      options.push(...rows);
      const more = group.more ? ` (${CG.say.number(group.more, 0)} more: type on)` : "";
      const head = el("div", { class: "kind", id: `kind-${g}`, role: "presentation" }, group.title + more);
      box.append(
        el(
          "div",
          { role: "group", "aria-labelledby": `kind-${g}` },
          head,
          rows.map((one) => one.node),
        ),
      );
    });
    const n = options.length;
    note.textContent = !n ? "" : near ? "Nothing is spelt so; these are spelt nearly so." : "";
    box.hidden = !n;
    input.setAttribute("aria-expanded", String(n > 0));
    input.removeAttribute("aria-activedescendant");
    active = -1;
    const again = reached ? options.findIndex((option) => JSON.stringify(option.pick) === reached) : -1;
    if (again >= 0) move(again);
  }

  /** Looks for the text; with `go`, what is found first is selected at once. */
  async function look(text, go = false) {
    const mine = ++asked;
    if (text.trim().length < 2) {
      note.textContent = "";
      return close();
    }
    let found;
    try {
      found = await CG.find(text, (early) => {
        if (mine !== asked) return;
        shown(early.groups, early.near);
        note.textContent = "The names of places are being read …";
      });
    } catch {
      note.textContent = "The names could not be read: is the folder whole?";
      return undefined;
    }
    if (mine !== asked) return undefined;
    shown(found.groups, found.near);
    const n = options.length;
    if (!n) note.textContent = found.why || `Nothing found for “${text.trim()}”.`;
    CG.tell(n ? `${CG.say.counted(n, "answer", "answers")}${found.near ? ", spelt nearly so" : ""}` : note.textContent);
    if (go && n && !found.near) choose(options[0]);
    return undefined;
  }

  function keys(event) {
    const open = !box.hidden && options.length;
    const moves = { ArrowDown: active + 1, ArrowUp: active < 0 ? -1 : active - 1 };
    if (event.key in moves) {
      event.preventDefault();
      if (open) move(moves[event.key]);
      else look(input.value);
    } else if (event.key === "Enter") {
      event.preventDefault();
      clearTimeout(waiting);
      if (open && active >= 0) choose(options[active]);
      else look(input.value, true);
    } else if (event.key === "Escape") {
      if (open) close();
      else {
        input.value = "";
        note.textContent = "";
      }
    } else if (event.key === "Tab") close();
  }

  function start() {
    [input, box, note] = ["find", "found", "find-note"].map((id) => document.getElementById(id));
    if (!input) return;
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => look(input.value), PAUSE);
    });
    input.addEventListener("keydown", keys);
    input.addEventListener("blur", () => setTimeout(close, 100));
    input.form.addEventListener("submit", (event) => {
      event.preventDefault();
      look(input.value, true);
    });
    const given = new URLSearchParams(location.search).get("q");
    if (given) {
      input.value = given.slice(0, 200);
      look(input.value, true);
    }
  }

  document.addEventListener("DOMContentLoaded", start);
})();
