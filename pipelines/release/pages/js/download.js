/* What is shown as a file: CSV, or GeoJSON with points, each with the release, its licence and its caution inside. */
(function () {
  "use strict";
  const CG = window.CG;
  const ATTRIBUTION = "attribution (of every row, told in the first)";
  const FORMULA = /^[\s"']*[=+\-@]/; // what a spreadsheet would act on

  function cell(value) {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return String(value);
    const text = FORMULA.test(value) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  }

  /** Licence of what is shown, with its address. The label rests on all there is, whatever measure is chosen. */
  function licence({ member, show }) {
    const label = show === "label" ? CG.atlas.licence : member.licence;
    const known = CG.atlas.licences[label];
    return known ? `${known.title}${known.url ? `, ${known.url}` : ""}` : label || CG.atlas.release.licence;
  }

  function facts({ classes, title }) {
    const { release } = CG.atlas;
    return {
      measure: title,
      unit: classes.unit || null,
      release: `${release.title}, ${release.version}`,
      licence: licence(classes),
      attribution: CG.atlas.attribution.join("; "),
      caution: CG.atlas.caution,
      is_invented: Boolean(release.is_invented),
    };
  }

  function record(row, classes) {
    const known = row.class >= 0;
    return {
      code: row.code,
      name: row.name,
      [classes.level === "authority" ? "region" : "authority"]: row.authority,
      value: classes.isCategory ? (known ? row.words : null) : row.value,
      shown_as: row.text,
      class: known ? row.words : null,
    };
  }

  function asCsv(found) {
    const { attribution, ...each } = facts(found);
    const records = found.rows.map((row, i) => ({
      ...record(row, found.classes),
      ...each,
      [ATTRIBUTION]: i ? null : attribution, // long: on every row it would be most of the file
    }));
    const columns = Object.keys(records[0] || each);
    const lines = [columns, ...records.map((one) => columns.map((column) => one[column]))];
    return `${lines.map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`;
  }

  /** Where a row is drawn in a file of points: where an area's people live; of a larger area their middle, by residents. */
  async function points({ level }) {
    const areas = await CG.areas();
    if (level === "area") return (i) => [areas.lon[i], areas.lat[i]];
    const sums = new Map();
    areas[level].forEach((at, row) => {
      const weight = areas.population[row] || 1;
      const [x, y, n] = sums.get(at) || [0, 0, 0];
      sums.set(at, [x + weight * areas.lon[row], y + weight * areas.lat[row], n + weight]);
    });
    return (i) => {
      const [x, y, n] = sums.get(i);
      return [Number((x / n).toFixed(5)), Number((y / n).toFixed(5))];
    };
  }

  async function asGeojson(found) {
    const at = await points(found);
    const features = found.rows.map((row) => ({
      type: "Feature",
      id: row.code,
      geometry: { type: "Point", coordinates: at(row.i) },
      properties: record(row, found.classes),
    }));
    const about = {
      ...facts(found),
      geometry: "a point where residents live; outlines are in the folder geojson of the release",
    };
    return JSON.stringify({ type: "FeatureCollection", about, features });
  }

  function save(name, type, text) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    const link = CG.el("a", { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  async function download(kind) {
    const found = await CG.shownRows();
    const { member, show, scope, level } = found.classes;
    const name = [
      CG.atlas.release.is_invented ? "invented" : null,
      show === "label" ? null : member.id,
      show === "value" ? null : show,
      level,
      scope.code,
    ]
      .filter(Boolean)
      .join("-")
      .replace(/[^\w.-]+/g, "_");
    if (kind === "csv") save(`${name}.csv`, "text/csv;charset=utf-8", asCsv(found));
    else save(`${name}.geojson`, "application/geo+json", await asGeojson(found));
    CG.tell(`${name}.${kind === "csv" ? "csv" : "geojson"} is made: ${CG.say.number(found.rows.length, 0)} rows.`);
  }

  function failed() {
    const words = "The file could not be made, for its numbers could not be read: is the folder whole?";
    document.getElementById("rows-told").textContent = words;
    CG.tell(words);
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const kind of ["csv", "geojson"])
      document.getElementById(`rows-${kind}`).addEventListener("click", () => download(kind).catch(failed));
  });
})();
