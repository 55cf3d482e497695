/* A small reader of PMTiles v3 over byte ranges, written here because no pinned package carries one for the browser. */
(function () {
  "use strict";
  const CG = (window.CG = window.CG || {});
  const HEAD = 16384; // the header and the root directory are within it, says the format
  const HEADER = 127;
  const WHOLE = 40e6; // bytes: a server without ranges is asked for a whole file up to here
  const DEEPEST = 4; // directories under directories
  const KEPT = 64; // tiles

  async function unzipped(bytes, compression) {
    if (compression === 1) return bytes;
    if (compression !== 2) throw new Error("the tiles are packed in a way this reader does not know");
    if (!window.DecompressionStream) throw new Error("this browser is too old to unpack the tiles");
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).arrayBuffer();
  }

  /** Entries of a directory: columns of tile id, run length (0: a directory below), length and offset. */
  function entriesOf(buffer) {
    const bytes = new Uint8Array(buffer);
    let at = 0;
    function next() {
      let value = 0, scale = 1, byte;
      do {
        if (at >= bytes.length) throw new Error("a directory of the tiles is cut off");
        byte = bytes[at++];
        value += (byte & 127) * scale;
        scale *= 128;
      } while (byte > 127);
      return value;
    }
    const n = next();
    if (n > bytes.length) throw new Error("a directory of the tiles is broken");
    const column = () => Array.from({ length: n }, next);
    let id = 0;
    const ids = column().map((step) => (id += step));
    const runs = column(), lengths = column(), offsets = [];
    for (let i = 0; i < n; i++) {
      const told = next();
      offsets.push(told ? told - 1 : offsets[i - 1] + lengths[i - 1]); // 0: right behind the one before
    }
    return { ids, runs, lengths, offsets };
  }

  /** The place of a tile on the Hilbert curve through all zooms. */
  function tileId(z, x, y) {
    let id = (4 ** z - 1) / 3;
    for (let half = 2 ** (z - 1); half >= 1; half /= 2) {
      const right = x & half ? 1 : 0, below = y & half ? 1 : 0;
      id += half * half * ((3 * right) ^ below);
      if (!below) {
        if (right) {
          x = half - 1 - (x & (half - 1));
          y = half - 1 - (y & (half - 1));
        }
        [x, y] = [y, x];
      }
      x &= half - 1;
      y &= half - 1;
    }
    return id;
  }

  /** The entry a tile is in: its own, one whose run covers it, or the directory below that may hold it. */
  function found(entries, id) {
    let low = 0, high = entries.ids.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (entries.ids[middle] <= id) low = middle;
      else high = middle - 1;
    }
    if (high < 0 || entries.ids[low] > id) return null;
    const run = entries.runs[low];
    return run === 0 || id < entries.ids[low] + run ? { run, offset: entries.offsets[low], length: entries.lengths[low] } : null;
  }

  /**
   * A file of tiles at `url`. `header()` gives `{minZoom, maxZoom, bounds: [w, s, e, n]}`; `tile(z, x, y)` the bytes of a
   * tile, unpacked, or null where there is none. Both reject with words a person can read.
   */
  CG.archive = (url) => {
    let whole = null, version = null, opened = null;
    const directories = new Map(), tiles = new Map();

    async function bytes(offset, length, signal) {
      if (whole) return whole.slice(offset, offset + length);
      const answer = await fetch(url, { headers: { Range: `bytes=${offset}-${offset + length - 1}` }, signal });
      if (!answer.ok) throw new Error(`the tiles could not be read (${answer.status})`);
      const tag = answer.headers.get("etag") || answer.headers.get("last-modified");
      if (version !== null && tag !== version) throw new Error("there is a newer release: load the page again");
      version = tag;
      if (answer.status === 206) return answer.arrayBuffer();
      const size = Number(answer.headers.get("content-length"));
      if (size > WHOLE) throw new Error("this server cannot send parts of a file; the map needs that: try `commonground serve`");
      whole = await answer.arrayBuffer();
      return whole.slice(offset, offset + length);
    }

    async function open() {
      const head = await bytes(0, HEAD);
      const view = new DataView(head);
      if (view.byteLength < HEADER || view.getUint32(0) !== 0x504d5469 || view.getUint8(7) !== 3) throw new Error("the file of tiles is not one of PMTiles, version 3");
      const far = (at) => Number(view.getBigUint64(at, true));
      const degrees = (at) => view.getInt32(at, true) / 1e7;
      const packed = view.getUint8(97);
      const root = head.slice(far(8), far(8) + far(16));
      return {
        leaves: far(40), data: far(56), packed, tilesPacked: view.getUint8(98),
        minZoom: view.getUint8(100), maxZoom: view.getUint8(101), bounds: [102, 106, 110, 114].map(degrees),
        root: entriesOf(await unzipped(root, packed)),
      };
    }

    function header() {
      opened = opened || open().catch((problem) => {
        opened = null; // the next try may be luckier
        throw problem;
      });
      return opened;
    }

    async function directory(head, entry) {
      const key = entry.offset;
      if (!directories.has(key)) {
        const read = bytes(head.leaves + entry.offset, entry.length).then((got) => unzipped(got, head.packed)).then(entriesOf);
        directories.set(key, read);
        read.catch(() => directories.delete(key));
      }
      return directories.get(key);
    }

    async function read(z, x, y, signal) {
      const head = await header();
      const id = tileId(z, x, y);
      let entries = head.root;
      for (let depth = 0; depth < DEEPEST; depth++) {
        const entry = found(entries, id);
        if (!entry) return null;
        if (entry.run) return unzipped(await bytes(head.data + entry.offset, entry.length, signal), head.tilesPacked);
        entries = await directory(head, entry);
      }
      throw new Error("the directories of the tiles lead nowhere");
    }

    async function tile(z, x, y, signal) {
      const key = `${z}/${x}/${y}`;
      if (tiles.has(key)) return tiles.get(key).slice(0); // MapLibre takes the bytes away with it
      const got = await read(z, x, y, signal);
      if (!got) return null;
      tiles.set(key, got);
      if (tiles.size > KEPT) tiles.delete(tiles.keys().next().value);
      return got.slice(0);
    }

    return { header, tile };
  };

  CG.tileId = tileId;
})();
