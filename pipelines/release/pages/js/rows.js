/* The rows of what the map shows, in the words of the map: what the table lists and the files hold. */
(function () {
  "use strict";
  const CG = window.CG;
  const OUTSIDE = -2; // of CG.classes: beyond the scope, and so no row
  const orders = {
    name: (a, b) => a.name.localeCompare(b.name, "en", { numeric: true }),
    authority: (a, b) => String(a.authority).localeCompare(String(b.authority), "en"),
    code: (a, b) => (a.code < b.code ? -1 : 1),
    value: (a, b) => a.value - b.value,
    class: (a, b) => a.class - b.class,
  };

  async function described(level) {
    if (level === "authority") {
      const [authorities, regions] = await Promise.all([CG.groups("authority"), CG.groups("region").catch(() => null)]);
      return (i) => ({
        code: authorities.code[i],
        name: authorities.name[i],
        authority: regions && authorities.region ? regions.name[authorities.region[i]] : null,
      });
    }
    const [own, authorities] = await Promise.all([
      level === "area" ? CG.areas() : CG.groups(level),
      CG.groups("authority"),
    ]);
    return (i) => ({
      code: own.code[i],
      name: own.name[i] || own.code[i],
      authority: own.authority[i] === null ? null : authorities.name[own.authority[i]],
    });
  }

  /** What is shown now as `{classes, title, level, words, rows: [{i, code, name, authority, value, text, class, colour, words}]}`;
   * `class` -1 and `value` null where it is not known. */
  CG.shownRows = async () => {
    const classes = await CG.classes();
    const tell = await described(classes.level);
    const words = CG.atlas.levels.find((level) => level.id === classes.level) || {
      one: classes.level,
      several: classes.level,
    };
    const rows = [];
    for (let i = 0; i < classes.n; i++) {
      const own = classes.of(i);
      if (own === OUTSIDE) continue;
      const value = classes.values ? classes.values[i] : null;
      const known = own >= 0;
      rows.push({
        i,
        ...tell(i),
        value: value === undefined ? null : value,
        text: classes.text(i),
        class: own,
        colour: known ? classes.colours[own] : null,
        words: known ? classes.words[own] : CG.say.NOT_KNOWN,
      });
    }
    return { classes, title: CG.titleOf(classes), level: classes.level, words, rows };
  };

  /** The rows in an order (`name`, `authority`, `code`, `value`, `class`; with - before it from the other end); what is not
   * known comes last either way. */
  CG.sorted = (rows, order) => {
    const turned = order.startsWith("-") ? -1 : 1;
    const by = order.replace(/^-/, "");
    const unknown = (row) =>
      (by === "value" || by === "class") && (row.class < 0 || (by === "value" && row.value === null));
    return rows
      .slice()
      .sort((a, b) => unknown(a) - unknown(b) || turned * (unknown(a) ? 0 : orders[by](a, b)) || a.i - b.i);
  };

  CG.orders = Object.keys(orders);
})();
