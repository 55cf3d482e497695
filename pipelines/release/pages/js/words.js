/* Numbers, walks, dates and names in the words that the printed sheets of the project use; it rests on nothing else. */
(function () {
  "use strict";
  const CG = (window.CG = window.CG || {});
  const STANDARD = 15; // minutes: the walk within which places are counted
  const NOT_KNOWN = "not known";
  const MONTHS = "January February March April May June July August September October November December".split(" ");

  /** A number with `digits` decimals, or "not known"; what is not zero is not shown as zero. */
  function number(value, digits = 1) {
    if (value === null || value === undefined || Number.isNaN(value)) return NOT_KNOWN;
    const shown = value.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    if (value !== 0 && Number(value.toFixed(digits)) === 0) {
      return value > 0 ? `under ${10 ** -digits}` : value.toPrecision(1);
    }
    return shown;
  }

  /** A share of 0 to 1 as a percentage; only all of it is 100 %, and only none of it 0 %. */
  function percent(share) {
    if (share === null || share === undefined) return NOT_KNOWN;
    if (share > 0 && share < 0.005) return "under 1 %";
    return `${Math.min(share * 100, share < 1 - 1e-9 ? 99 : 100).toFixed(0)} %`;
  }

  /** A walk in whole minutes; what is beyond the walk that counts is not shown as that walk. */
  function minutes(value) {
    if (value === null || value === undefined) return `distance ${NOT_KNOWN}`;
    if (value < 0.75) return "under 1 min";
    return `${value > STANDARD && number(value, 0) === String(STANDARD) ? "just over " : ""}${number(value, 0)} min`;
  }

  /** A date (2026-03-31) in words, as precise as it is known. */
  function day(date, precision = "day") {
    if (!date) return `date ${NOT_KNOWN}`;
    const [year, month, dom] = String(date).slice(0, 10).split("-");
    if (precision === "year" || !month) return year;
    const named = `${MONTHS[Number(month) - 1]} ${year}`;
    return precision === "month" || !dom ? named : `${Number(dom)} ${named}`;
  }

  /** A number and its noun. */
  function counted(n, one, several) {
    return `${number(n, 0)} ${n === 1 ? one : several}`;
  }

  /** A unit behind a value: of one, nouns that stand alone lose their s. */
  function unitOf(value, unit) {
    return value === 1 && /^[a-z]{3,}s( and [a-z]+s)*$/.test(unit || "") ? unit.replace(/s\b/g, "") : unit || "";
  }

  /** Names in a sentence. */
  function joined(names) {
    return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
  }

  /** 1st, 2nd, 3rd, 4th, 11th, 21st. */
  function ordinal(n) {
    const teen = n % 100 > 10 && n % 100 < 14;
    return `${number(n, 0)}${teen ? "th" : { 1: "st", 2: "nd", 3: "rd" }[n % 10] || "th"}`;
  }

  /** What pushes a score, with its sign. */
  function signed(value, digits = 1) {
    if (value === null || value === undefined) return NOT_KNOWN;
    return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(digits)}`;
  }

  /** A title inside a sentence: small at the start, unless it is an abbreviation. */
  function lower(title) {
    return /^[A-Z0-9]{2}/.test(title) ? title : title.slice(0, 1).toLowerCase() + title.slice(1);
  }

  /** A title at the start of a sentence. */
  function upper(title) {
    return title.slice(0, 1).toUpperCase() + title.slice(1);
  }

  /** A place's name, or that it has none that we know of. */
  function nameOf(name, kind) {
    return name || `a ${kind} whose name is ${NOT_KNOWN}`;
  }

  CG.say = { NOT_KNOWN, number, percent, minutes, day, counted, unitOf, joined, ordinal, signed, lower, upper, nameOf };
})();
