// The papers of a map as the server packs them, and which of them lie where. Pure.

/**
 * Unpack the papers: places, topics, dates and titles. See `dashboard/map_points.py`.
 *
 * @param {Uint8Array} packed gzip of a header and the columns it describes
 */
export async function unpack(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const buffer = await new Response(stream).arrayBuffer();
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const types = { f4: Float32Array, i2: Int16Array, u4: Uint32Array, u1: Uint8Array };
  const columns = {};
  for (const [name, { type, at, size }] of Object.entries(header.columns)) {
    columns[name] = new types[type](buffer, at, size);
  }
  return new Points(header, columns);
}

/** The papers that lie at an address; asked for once, however many want them. */
export async function fetchPoints(address) {
  const known = ((window.papermapAtlas ??= {}).fetched ??= new Map());
  if (!known.has(address)) {
    known.clear(); // of other maps
    known.set(address, download(address));
    known.get(address).catch(() => known.delete(address));
  }
  return known.get(address);
}

async function download(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`The papers of the map: ${answer.status}`);
  return unpack(new Uint8Array(await answer.arrayBuffer()));
}

export class Points {
  constructor(header, columns) {
    Object.assign(this, columns); // x, y, topic, date, and titles with their ends
    this.id = header.id;
    this.size = this.x.length;
    this.extent = header.extent;
    this.topics = header.topics;
    this.dates = header.dates;
    this.months = header.months; // first and last month of each date, see time.js
    this.grid = new Grid(this.x, this.y, header.extent);
  }

  /** What a paper says when it is pointed at; null where titles are not sent. */
  title(row) {
    if (!this.titles) return null;
    const [from, to] = [row ? this.ends[row - 1] : 0, this.ends[row]];
    return new TextDecoder().decode(this.titles.subarray(from, to));
  }
}

/** Rows by square, so that those near a place are found without looking at all of them. */
export class Grid {
  constructor(x, y, [x0, x1, y0, y1]) {
    Object.assign(this, { x, y, x0, y0 });
    this.side = Math.max(1, Math.min(256, Math.round(Math.sqrt(x.length / 2))));
    this.cellX = (x1 - x0) / this.side;
    this.cellY = (y1 - y0) / this.side;
    const cells = new Uint32Array(x.length);
    this.starts = new Uint32Array(this.side * this.side + 1);
    for (let i = 0; i < x.length; i += 1) {
      cells[i] = this.row(y[i]) * this.side + this.column(x[i]);
      this.starts[cells[i] + 1] += 1;
    }
    for (let i = 1; i < this.starts.length; i += 1) this.starts[i] += this.starts[i - 1];
    const next = this.starts.slice();
    this.rows = new Uint32Array(x.length);
    for (let i = 0; i < x.length; i += 1) this.rows[next[cells[i]]++] = i;
  }

  column(x) {
    return Math.max(0, Math.min(this.side - 1, Math.floor((x - this.x0) / this.cellX)));
  }

  row(y) {
    return Math.max(0, Math.min(this.side - 1, Math.floor((y - this.y0) / this.cellY)));
  }

  /** Rows in the squares that a rectangle of places touches. */
  *near(left, right, low, high) {
    const [c0, c1] = [this.column(left), this.column(right)];
    for (let row = this.row(low); row <= this.row(high); row += 1) {
      const line = row * this.side;
      for (let i = this.starts[line + c0]; i < this.starts[line + c1 + 1]; i += 1) yield this.rows[i];
    }
  }

  /**
   * The row nearest to a place among those that count, no farther than `reach`; -1 for none.
   *
   * @param {(row: number) => number} [radius] of a point; the smallest that covers the place is meant
   */
  nearest(x, y, reach, counts, radius) {
    let [best, least] = [-1, Infinity];
    for (const i of this.near(x - reach, x + reach, y - reach, y + reach)) {
      let gap = Math.hypot(this.x[i] - x, this.y[i] - y);
      if (gap > reach) continue;
      const own = radius?.(i) ?? 0;
      if (own && gap <= own) gap = own - reach;
      if (gap <= least && counts(i)) [best, least] = [i, gap];
    }
    return best;
  }
}

/**
 * How many points of the same small square lie in front of each, a byte each: where papers are many
 * the hindmost can be left out from afar, where they are few none is, and what is drawn at a depth
 * stays drawn wherever the reader goes and however much nearer.
 *
 * @param {Uint32Array} rows in the order of drawing
 */
export function crowding(grid, rows) {
  const before = new Uint16Array(grid.side * grid.side);
  const found = new Uint8Array(grid.x.length);
  for (let i = rows.length - 1; i >= 0; i -= 1) {
    const row = rows[i];
    const cell = grid.row(grid.y[row]) * grid.side + grid.column(grid.x[row]);
    found[row] = Math.min(255, before[cell]);
    before[cell] += 1;
  }
  return found;
}

/** What of the colours each point has: bytes from base 64. */
export function bytes(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/**
 * Rows in the order of drawing: those of a lower rank first, within one rank the larger ones first,
 * and among those of one size shuffled.
 */
export function drawingOrder(codes, ranks, factors) {
  const scattered = (i) => Math.imul(i + 1, 0x9e3779b1) >>> 0;
  const rows = [];
  for (let i = 0; i < codes.length; i += 1) if (ranks[codes[i]] >= 0) rows.push(i);
  const layer = (i) => ranks[codes[i]] * 256 + (factors ? 255 - factors[i] : 0);
  const keys = Float64Array.from(rows, (i) => layer(i) * 2 ** 32 + scattered(i));
  const order = Uint32Array.from(rows.keys()).sort((a, b) => keys[a] - keys[b]);
  return order.map((i) => rows[i]);
}
