/* Where one area lies, and which areas a larger one holds: what panel and table ask of the data by code. */
(function () {
  "use strict";
  const CG = window.CG;
  const LEVELS = ["ward", "msoa", "authority", "region", "like_areas"];

  /** Whether the release holds all of a larger area: authorities are asked whole; a region only where it was asked. */
  function isWhole(release, level, code, name) {
    const asked = String(release.areas_asked).split(", ");
    return (
      release.n_areas === release.n_areas_nation ||
      level === "authority" ||
      (level === "region" && (asked.includes(name) || asked.includes(code)))
    );
  }

  /** Everything that says where one area is; `ward`, `msoa`, `authority`, `region`, `like_areas` are null where there is
   * none, else {level, row, code, name, n_areas}, the number null where the release holds only part of it. Null for a code that is no area of this release. */
  CG.area = async (code) => {
    const [areas, { release }] = await Promise.all([CG.areas(), CG.load("atlas")]);
    const row = areas.rowOf.get(code);
    if (row === undefined) return null;
    const levels = LEVELS.filter((level) => areas[level]);
    const groups = await Promise.all(levels.map((level) => CG.groups(level)));
    const held = levels.map((level, i) => {
      const at = areas[level][row];
      if (at === null) return [level, null];
      const { code: codes, name, n_areas: sizes } = groups[i];
      const own = { level, row: at, code: codes[at], name: name[at] || codes[at] };
      return [level, { ...own, n_areas: isWhole(release, level, own.code, own.name) ? sizes[at] : null }];
    });
    const { name, population, lon, lat } = areas;
    const none = Object.fromEntries(LEVELS.map((level) => [level, null]));
    const own = { row, code, name: name[row] || code, residents: population[row], lon: lon[row], lat: lat[row] };
    return { ...none, ...own, ...Object.fromEntries(held) };
  };

  /** The rows of the areas that a larger area holds. */
  CG.rowsIn = async (level, code) => {
    const [areas, group] = await Promise.all([CG.areas(), CG.groups(level)]);
    const at = group.rowOf.get(code);
    const rows = [];
    if (at !== undefined) areas[level].forEach((holds, row) => holds === at && rows.push(row));
    return rows;
  };
})();
