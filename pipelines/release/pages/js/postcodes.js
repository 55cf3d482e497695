// Postcodes: finds the file that may hold one and unpacks its outward part (see pipelines/release/atlas/postcodes.py).
(function () {
  "use strict";
  var CG = (window.CG = window.CG || {});
  var ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
  var VALUE = new Map();
  for (var i = 0; i < ALPHABET.length; i++) VALUE.set(ALPHABET[i], i);
  var INWARD = 3;

  /** The postcode in a text as the release writes it, or null where it does not look like one. */
  CG.postcode_of = function (text) {
    var plain = String(text).toUpperCase().replace(/\s+/g, "");
    return /^[0-9A-Z]{2,7}[0-9][A-Z]{2}$/.test(plain) && plain.length <= 10 ? plain : null;
  };

  /** The whole numbers of a packed text (see pipelines/release/atlas/packed.py). */
  CG.unpack = function (packed) {
    var found = [];
    for (var at = 0; at < packed.length; ) {
      var value = 0;
      for (var shift = 1, digit = 32; digit > 31; shift *= 32) {
        digit = VALUE.get(packed[at++]);
        value += (digit % 32) * shift;
      }
      found.push(value);
    }
    return found;
  };

  /** Every postcode of one outward part: Map from inward part (3 characters) to row of its area. */
  CG.unpack_postcodes = function (packed) {
    var found = new Map();
    var numbers = CG.unpack(packed);
    var inward = -1;
    var row = 0;
    for (var i = 0; i < numbers.length; i += 2) {
      inward += numbers[i];
      row += numbers[i + 1] % 2 ? -(numbers[i + 1] + 1) / 2 : numbers[i + 1] / 2;
      found.set(inward.toString(36).toUpperCase().padStart(INWARD, "0"), row);
    }
    return found;
  };

  /** Promise of {postcode, row} of a postcode of the release; null where the text is none or the release lacks it. */
  CG.postcode = function (text) {
    var plain = CG.postcode_of(text);
    if (!plain) return Promise.resolve(null);
    var outward = plain.slice(0, -INWARD);
    return CG.start_data().then(function (atlas) {
      var file = atlas.postcodes.files.find(function (one) {
        return one[0] <= outward && outward <= one[1];
      });
      if (!file) return null;
      return CG.load(file[2]).then(function (outwards) {
        if (!Object.prototype.hasOwnProperty.call(outwards, outward)) return null;
        var row = CG.unpack_postcodes(outwards[outward]).get(plain.slice(-INWARD));
        return row === undefined ? null : { postcode: outward + " " + plain.slice(-INWARD), row: row };
      });
    });
  };
})();
