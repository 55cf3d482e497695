// Data of the release: loads atlas/data/<key>.js of the release by a <script> element (so that it works from a folder), once each. Rests on nothing; every other script may use it.
(function () {
  "use strict";
  var CG = (window.CG = window.CG || {});
  var base = new URL("../../atlas/data/", document.currentScript.src).href; // of a script two folders deep in a release
  var waiting = new Map(); // key -> {promise, resolve, reject}

  function entry(key) {
    if (!waiting.has(key)) {
      var told = {};
      told.promise = new Promise(function (resolve, reject) {
        told.resolve = resolve;
        told.reject = reject;
      });
      waiting.set(key, told);
    }
    return waiting.get(key);
  }

  /** What a data file calls with its own key. */
  CG.receive = function (key, value) {
    entry(key).resolve(value);
  };

  /** Promise of a data file; rejected where it cannot be loaded, and then asked for again the next time. */
  CG.load = function (key) {
    if (waiting.has(key)) return waiting.get(key).promise;
    var told = entry(key);
    var element = document.createElement("script");
    element.async = true;
    element.src = base + key.split("/").map(encodeURIComponent).join("/") + ".js";
    element.onload = function () {
      element.remove();
      told.reject(new Error("not in its file: " + key)); // does nothing where the file did hand it over
    };
    element.onerror = function () {
      element.remove();
      waiting.delete(key);
      told.reject(new Error("could not be loaded: " + key));
    };
    document.head.append(element);
    return told.promise;
  };

  /** The word of a code of one of the atlas' lists of labels, or the code with blanks. Needs `atlas` to be loaded. */
  CG.words = function (list, code) {
    if (code === null || code === undefined) return "not known";
    var told = CG.atlas && CG.atlas.labels[list] && CG.atlas.labels[list][code];
    return told ? told.label : String(code).replace(/_/g, " ");
  };

  /** Promise of the file `atlas`, which then also stands in CG.atlas. */
  CG.start_data = function () {
    return CG.load("atlas").then(function (atlas) {
      CG.atlas = atlas;
      return atlas;
    });
  };

  var areas = null;
  /** Promise of the file `areas` with `rowOf`, a Map from code to row. */
  CG.areas = function () {
    if (!areas) {
      areas = CG.load("areas").then(function (found) {
        found.rowOf = new Map();
        found.code.forEach(function (code, row) {
          found.rowOf.set(code, row);
        });
        return found;
      });
      areas.catch(function () {
        areas = null;
      });
    }
    return areas;
  };

  /** Promise of groups/<level> with `rowOf`, a Map from code to position. */
  CG.groups = function (level) {
    return CG.load("groups/" + level).then(function (found) {
      if (!found.rowOf) {
        found.rowOf = new Map();
        found.code.forEach(function (code, i) {
          found.rowOf.set(code, i);
        });
      }
      return found;
    });
  };
})();
