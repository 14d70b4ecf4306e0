// Where papers are many: nested areas, each of which holds a share of the papers as closely as it can
// (highest density regions). Worked out once for what is lit, and painted under the points.

/** Squares of the grid on its longer side, with room around for what is smoothed over the edge. */
const SHADE_GRID = 224;
const SHADE_ROOM = 10;

/** Shares of the papers that the areas hold, the largest area first. */
const SHADE_SHARES = [0.93, 0.78, 0.6, 0.4, 0.2];

/** Papers that tell a density well enough. */
const SHADE_ENOUGH = 40000;

/** How dark one area is over the page, and how near the reader is when none is left. */
const SHADE_INK = { light: 0.03, dark: 0.04 };
const SHADE_DEPTH = 32;

/**
 * The areas of some papers.
 *
 * @param {Points} points
 * @param {(row: number) => boolean} lit tells which of them count
 * @returns {number[][][]} for each share its outlines, each a flat list of places x, y in units of the
 *   map; an outline within another is a hole; null where there is too little to tell
 */
export function shadeOf(points, lit) {
  const rows = [];
  for (let row = 0; row < points.size; row += 1) if (lit(row)) rows.push(row);
  if (rows.length < 12) return null;
  const step = Math.ceil(rows.length / SHADE_ENOUGH);
  const some = step > 1 ? rows.filter((_, i) => i % step === 0) : rows;
  const grid = densityGrid(points, some);
  const levels = shareLevels(points, some, grid);
  return levels.map((level) => outlinesAt(grid, level));
}

/** Papers by square, smoothed: by how much, the number of papers tells (Silverman's rule). */
function densityGrid({ x, y, extent }, rows) {
  const [x0, x1, y0, y1] = extent;
  const cell = Math.max(x1 - x0, y1 - y0) / SHADE_GRID;
  const columns = Math.ceil((x1 - x0) / cell) + 2 * SHADE_ROOM;
  const lines = Math.ceil((y1 - y0) / cell) + 2 * SHADE_ROOM;
  const grid = { columns, lines, cell, x0: x0 - SHADE_ROOM * cell, y0: y0 - SHADE_ROOM * cell };
  let values = new Float32Array(columns * lines);
  for (const row of rows) {
    // A paper counts for the four squares around it, as near as it lies to each.
    const [left, low] = [(x[row] - grid.x0) / cell - 0.5, (y[row] - grid.y0) / cell - 0.5];
    const [i, j] = [Math.floor(left), Math.floor(low)];
    if (!(i >= 0 && j >= 0 && i + 1 < columns && j + 1 < lines)) continue;
    const [u, v] = [left - i, low - j];
    const at = j * columns + i;
    values[at] += (1 - u) * (1 - v);
    values[at + 1] += u * (1 - v);
    values[at + columns] += (1 - u) * v;
    values[at + columns + 1] += u * v;
  }
  const spread = Math.max(2.2, Math.min(9, 0.13 * SHADE_GRID * rows.length ** -0.22));
  for (let round = 0; round < 3; round += 1) values = boxBlurred(values, columns, lines, spread);
  return { ...grid, values };
}

/** Three of these are close to a Gaussian of that spread. */
function boxBlurred(values, columns, lines, spread) {
  const radius = Math.max(1, Math.round((Math.sqrt(4 * spread * spread + 1) - 1) / 2));
  const pass = (from, count, length, stepOf, startOf) => {
    const to = new Float32Array(from.length);
    for (let k = 0; k < count; k += 1) {
      const [start, step] = [startOf(k), stepOf];
      let sum = 0;
      for (let i = 0; i < Math.min(radius, length); i += 1) sum += from[start + i * step];
      for (let i = 0; i < length; i += 1) {
        if (i + radius < length) sum += from[start + (i + radius) * step];
        if (i > radius) sum -= from[start + (i - radius - 1) * step];
        to[start + i * step] = sum / (2 * radius + 1);
      }
    }
    return to;
  };
  const along = pass(values, lines, columns, 1, (k) => k * columns);
  return pass(along, columns, lines, columns, (k) => k);
}

/** The density above which each share of the papers lies. */
function shareLevels({ x, y }, rows, { values, columns, cell, x0, y0 }) {
  const found = Float32Array.from(rows, (row) => {
    const at = Math.floor((y[row] - y0) / cell) * columns + Math.floor((x[row] - x0) / cell);
    return values[at] || 0;
  }).sort();
  const most = found.at(-1);
  return SHADE_SHARES.map((share) => Math.max(found[Math.floor((1 - share) * (found.length - 1))], most * 1e-3));
}

/** Outlines of where a grid is above a level, by marching squares; what is inside lies to the right. */
function outlinesAt({ values, columns, lines, cell, x0, y0 }, level) {
  const next = new Map();
  const total = columns * lines;
  for (let j = 0; j + 1 < lines; j += 1) {
    for (let i = 0; i + 1 < columns; i += 1) {
      const at = j * columns + i;
      const [a, b, c, d] = [values[at], values[at + 1], values[at + columns + 1], values[at + columns]];
      const code = (a > level) * 8 + (b > level) * 4 + (c > level) * 2 + (d > level) * 1;
      if (code === 0 || code === 15) continue;
      const [T, B, L, R] = [at, at + columns, total + at, total + at + 1];
      const middle = a + b + c + d > 4 * level;
      for (const [from, to] of segmentsOf(code, middle, T, R, B, L)) next.set(from, to);
    }
  }
  const placeOf = (edge) => {
    const isAcross = edge < total;
    const at = isAcross ? edge : edge - total;
    const [i, j] = [at % columns, Math.floor(at / columns)];
    const other = values[isAcross ? at + 1 : at + columns];
    const part = (level - values[at]) / (other - values[at]);
    return [x0 + (i + 0.5 + (isAcross ? part : 0)) * cell, y0 + (j + 0.5 + (isAcross ? 0 : part)) * cell];
  };
  const outlines = [];
  for (const start of next.keys()) {
    if (!next.has(start)) continue;
    const outline = [];
    for (let edge = start; next.has(edge); ) {
      outline.push(...placeOf(edge));
      const to = next.get(edge);
      next.delete(edge);
      edge = to;
    }
    if (outline.length > 8) outlines.push(outline);
  }
  return outlines;
}

/** The lines through a square whose corners (from the top left, with the clock) are in or out. */
function segmentsOf(code, middle, T, R, B, L) {
  switch (code) {
    case 8: return [[T, L]];
    case 4: return [[R, T]];
    case 2: return [[B, R]];
    case 1: return [[L, B]];
    case 7: return [[L, T]];
    case 11: return [[T, R]];
    case 13: return [[R, B]];
    case 14: return [[B, L]];
    case 12: return [[R, L]];
    case 3: return [[L, R]];
    case 9: return [[T, B]];
    case 6: return [[B, T]];
    case 10: return middle ? [[T, R], [B, L]] : [[T, L], [B, R]];
    default: return middle ? [[L, T], [R, B]] : [[R, T], [L, B]];
  }
}

/** How dark an area is where the reader is: all of it from afar, nothing from very near. */
export function shadeInk(paper, nearness) {
  const isDark = paper[0] + paper[1] + paper[2] < 384;
  const left = 1 - Math.log2(Math.max(1, nearness)) / Math.log2(SHADE_DEPTH);
  return (isDark ? SHADE_INK.dark : SHADE_INK.light) * Math.max(0, left);
}

/** The areas as paths, made once. */
export function shadePaths(areas) {
  return areas.map((outlines) => {
    const path = new Path2D();
    for (const outline of outlines) {
      path.moveTo(outline[0], outline[1]);
      for (let i = 2; i < outline.length; i += 2) path.lineTo(outline[i], outline[i + 1]);
      path.closePath();
    }
    return path;
  });
}

/** Paint the areas on a canvas under the points. */
export function paintShade(canvas, paths, { camera, frame, ratio, ink, alpha }) {
  const pen = canvas.getContext("2d");
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  if (!paths || alpha <= 0) return;
  const scale = camera.scale * ratio;
  pen.setTransform(scale, 0, 0, -scale, (frame.width / 2) * ratio - camera.x * scale, (frame.height / 2) * ratio + camera.y * scale);
  pen.fillStyle = pen.strokeStyle = ink;
  pen.lineWidth = 0.7 / camera.scale;
  for (const path of paths) {
    pen.globalAlpha = alpha;
    pen.fill(path, "evenodd");
    pen.globalAlpha = 1.6 * alpha;
    pen.stroke(path);
  }
}
