/* What the page can do when it is opened as a file, without a server: it says so, and opens the table in place of
 * the map. */
(function () {
  "use strict";
  const CG = window.CG;
  const { el } = CG;

  document.addEventListener("DOMContentLoaded", () => {
    if (location.protocol !== "file:") return;
    const note = document.getElementById("map-note");
    note.hidden = false;
    const code = (text) => el("code", null, text);
    note.replaceChildren(
      el("strong", null, "The map needs a file server."),
      " A browser reads no map tiles from a folder. Run ",
      code("commonground serve"),
      ", or in the folder that holds index.html ",
      code("python -m http.server"),
      ", and open the address it prints. Search, the table and the profile of every area work as they are.",
    );
    let told = false;
    CG.on("state", () => {
      if (told) return;
      told = true;
      CG.set({ table: true });
    });
  });
})();
