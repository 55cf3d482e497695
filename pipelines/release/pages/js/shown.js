/* What the map really shows of what was asked: levels and views that a measure does not have are changed, in words. */
(function () {
  "use strict";
  const CG = window.CG;
  const FEW = 8000; // areas that are shown at once from the first look
  const AUTHORITIES_BELOW = 8, MSOAS_BELOW = 9.6; // zoom, where areas are more
  const SHOWS = {
    value: "the value itself",
    range: "how wide the range of its rank is",
    worst_share: "how often it is in the highest tenth",
    coverage: "how much of it is known",
    label: "the label",
  };
  const FITS = { index: ["value", "range", "worst_share", "coverage"], domain: ["value", "coverage"], indicator: ["value", "coverage"] };

  CG.member = (id) => CG.atlas.members.find((member) => member.id === id);

  /** What of uncertainty there is to see of a measure; the label is of an area, whatever measure is chosen. */
  CG.fits = (member) => [...FITS[member.kind], ...(CG.atlas.labels.typology ? ["label"] : [])];

  CG.showWords = SHOWS;

  /** What is said of a measure wherever it is shown. */
  CG.mustSay = ({ member, show }) => (show === "label" ? [] : member.must_say || []);

  const levelWords = (id) => CG.atlas.levels.find((level) => level.id === id);

  function automatic(view) {
    const zoom = view ? view[2] : 0;
    if (CG.atlas.release.n_areas <= FEW) return "area";
    const level = zoom < AUTHORITIES_BELOW ? "authority" : zoom < MSOAS_BELOW ? "msoa" : "area";
    return levelWords(level) ? level : "area";
  }

  /** `{member, show, level, scope, notes}`: what is shown of a state, and a sentence for each thing that had to change. */
  CG.shown = (state = CG.state) => {
    const member = CG.member(state.member);
    const notes = [];
    let { show } = state;
    if (!CG.fits(member).includes(show)) {
      notes.push(`This measure has nothing that says ${SHOWS[show]}, so ${SHOWS.value} is shown.`);
      show = "value";
    }
    let level = state.level === "auto" ? automatic(state.view) : state.level;
    if (!levelWords(level)) level = "area";
    const why = show === "label" ? "The label is" : member.kind !== "index" ? `${member.kind === "domain" ? "Domains" : "Indicators"} are`
      : show !== "value" ? "How sure a score is, is" : state.scope.kind === "like_areas" ? "Areas like each other are" : null;
    if (why && level !== "area") {
      if (state.level !== "auto") notes.push(`${why} known for ${levelWords("area").several} alone, so these are shown.`);
      level = "area";
    }
    return { member, show, level, scope: state.scope, notes };
  };
})();
