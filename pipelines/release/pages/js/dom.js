/* Elements of the page made from text, never from markup, and the line that is read aloud when something changes. */
(function () {
  "use strict";
  const CG = (window.CG = window.CG || {});

  /** An element; `attributes` are set as text, but `on` (event -> listener); children are elements, texts or null. */
  function el(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "on") Object.entries(value).forEach(([event, listener]) => made.addEventListener(event, listener));
      else made.setAttribute(name, value === true ? "" : String(value));
    }
    made.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
    return made;
  }

  /** A list of what is given, an entry each; null where there is nothing. */
  function list(entries, attributes) {
    const known = entries.filter(Boolean);
    return known.length
      ? el(
          "ul",
          attributes,
          known.map((entry) => el("li", null, entry)),
        )
      : null;
  }

  /** What can be opened: a line that says what it is, and what it holds, made when it is first opened (at once or, where
   * something must be read for it, later). */
  function opening(summary, fill, { open = false, kind = null, heading = null } = {}) {
    const line = el("summary", null, heading ? el(heading, null, summary) : summary);
    const made = el("details", { class: kind }, line);
    let filled = false;
    const once = () => {
      if (filled || !made.open) return;
      filled = true;
      const add = (held) => made.append(...[held].flat(9).filter(Boolean));
      const held = fill();
      if (held instanceof Promise)
        held.then(add, () => add(el("p", null, "This could not be read: is the folder whole?")));
      else add(held);
    };
    made.addEventListener("toggle", once);
    if (open) {
      made.open = true;
      once();
    }
    return made;
  }

  /** A real button. */
  function button(text, press, attributes) {
    return el("button", { type: "button", ...attributes, on: { click: press } }, text);
  }

  /** Puts text into a name from outside so that its direction cannot turn what stands around it. */
  function name(text) {
    return el("bdi", null, text);
  }

  let waiting = 0;
  /** Says to who listens what changed; the last of several in a row. */
  function tell(text) {
    const said = document.getElementById("said");
    if (!said) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => (said.textContent = text), 150);
  }

  CG.el = el;
  CG.parts = { list, opening, button, name };
  CG.tell = tell;
})();
