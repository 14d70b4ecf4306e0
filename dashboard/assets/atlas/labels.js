// Where the names of the topics go on the map. Pure: numbers in, numbers out.

const CELL = 4;
const GAP = 5;

// How finely places are tried: steps from the middle outwards, and the best that are kept.
const STEPS = 16;
const MOST_OPTIONS = 300;
const MOST_ENDS = 60;

/** Summed-area table of a set of points, so that counting those in a rectangle takes four reads. */
function countTable(points, width, height) {
  const columns = Math.ceil(width / CELL) + 1;
  const rows = Math.ceil(height / CELL) + 1;
  const sums = new Float64Array((columns + 1) * (rows + 1));
  for (const [x, y] of points) {
    const column = Math.floor(x / CELL);
    const row = Math.floor(y / CELL);
    if (column >= 0 && row >= 0 && column < columns && row < rows) {
      sums[(row + 1) * (columns + 1) + column + 1] += 1;
    }
  }
  for (let row = 1; row <= rows; row += 1) {
    for (let column = 1; column <= columns; column += 1) {
      const at = row * (columns + 1) + column;
      sums[at] += sums[at - 1] + sums[at - columns - 1] - sums[at - columns - 2];
    }
  }
  return (x0, y0, x1, y1) => {
    const clamp = (value, most) => Math.max(0, Math.min(most, value));
    const left = clamp(Math.floor(x0 / CELL), columns);
    const right = clamp(Math.floor(x1 / CELL) + 1, columns);
    const top = clamp(Math.floor(y0 / CELL), rows);
    const bottom = clamp(Math.floor(y1 / CELL) + 1, rows);
    const line = columns + 1;
    return (
      sums[bottom * line + right] -
      sums[top * line + right] -
      sums[bottom * line + left] +
      sums[top * line + left]
    );
  };
}

function overlaps(a, b) {
  return (
    a.x < b.x + b.w + GAP && b.x < a.x + a.w + GAP && a.y < b.y + b.h + GAP && b.y < a.y + a.h + GAP
  );
}

/** Distance from a rectangle to a point, 0 inside. */
function gapTo(rect, x, y) {
  const dx = Math.max(rect.x - x, 0, x - rect.x - rect.w);
  const dy = Math.max(rect.y - y, 0, y - rect.y - rect.h);
  return Math.hypot(dx, dy);
}

function median(values) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor(sorted.length / 2)];
}

/** What of a cluster matters for its name: its middle, its spread, and points near the middle. */
function outlineOf(points) {
  const x = median(points.map((point) => point[0]));
  const y = median(points.map((point) => point[1]));
  const gaps = points.map((point) => Math.hypot(point[0] - x, point[1] - y));
  const spread = median(gaps);
  const inner = points.filter((_, i) => gaps[i] <= spread);
  const step = Math.ceil(inner.length / MOST_ENDS);
  return { x, y, spread, ends: step > 1 ? inner.filter((_, i) => i % step === 0) : inner };
}

/** The places that a label may take, cheapest first, with no regard to other labels. */
function candidates(label, cluster, space, countAll) {
  const { width, height, radius, obstacles, most } = space;
  const { x, y, spread } = cluster;
  const countOwn = countTable(label.points, width, height);
  const unit = Math.min(1, Math.max(width, height) / 900);
  const found = [];
  for (const variant of label.variants) {
    const { w, h } = variant;
    const down = Math.min(spread + most + h / 2, 0.6 * Math.max(width, height));
    const along = down + w / 2 - h / 2;
    const [stepX, stepY] = [Math.max(10, along / STEPS), Math.max(6, down / STEPS)];
    for (let dy = -down; dy <= down; dy += stepY) {
      for (let dx = -along; dx <= along; dx += stepX) {
        const rect = { x: x + dx - w / 2, y: y + dy - h / 2, w, h };
        if (rect.x < 2 || rect.y < 2 || rect.x + w > width - 2 || rect.y + h > height - 2) continue;
        if (obstacles.some((one) => overlaps(rect, one))) continue;
        const far = gapTo(rect, x, y);
        if (far > spread + most) continue;
        const box = [rect.x - radius, rect.y - radius, rect.x + w + radius, rect.y + h + radius];
        const hidden = countOwn(...box);
        if (hidden > 2 && hidden > label.points.length * 0.25) continue;
        const others = countAll(...box) - hidden;
        const old = label.previous;
        const moved = old ? Math.hypot(dx - old.dx, dy - old.dy) : 0;
        const cost =
          hidden * 12 +
          others * space.crowd * unit +
          (far / unit) * 0.06 +
          (Math.max(0, far - spread - 40 * unit) / unit) * 0.12 +
          Math.abs(dx) * 0.012 +
          (dy > 0 ? 0.6 : 0) +
          Math.min(moved, 60) * 0.02 +
          variant.penalty;
        found.push({ rect, cost, variant, dx, dy });
      }
    }
  }
  found.sort((a, b) => a.cost - b.cost);
  return found.slice(0, MOST_OPTIONS);
}

/** The line from an option to its cluster, worked out once; null where they stand close. */
function lineOf(option, cluster, radius) {
  if (option.line === undefined) {
    const { point, gap } = target(option.rect, cluster);
    option.line = gap > 12 + radius ? leader(option.rect, point, radius) : null;
  }
  return option.line;
}

/** Whether the straight line between two places passes through a rectangle. */
export function crosses([x0, y0, x1, y1], rect) {
  let [from, to] = [0, 1];
  const [dx, dy] = [x1 - x0, y1 - y0];
  for (const [p, q] of [
    [-dx, x0 - rect.x],
    [dx, rect.x + rect.w - x0],
    [-dy, y0 - rect.y],
    [dy, rect.y + rect.h - y0],
  ]) {
    if (p === 0) {
      if (q < 0) return false;
    } else if (p < 0) from = Math.max(from, q / p);
    else to = Math.min(to, q / p);
  }
  return from < to;
}

/** The point that a line from the label should end at: the nearest of the cluster's inner half. */
function target(rect, { ends }) {
  let best = ends[0];
  let least = Infinity;
  for (const point of ends) {
    const gap = gapTo(rect, point[0], point[1]);
    if (gap < least) [best, least] = [point, gap];
  }
  return { point: best, gap: least };
}

/** As many names as a reader can take in at once; the next ones come when the map is nearer. */
function readable(labels, width, height) {
  const room = Math.max(8, Math.round((width * height) / 17000));
  return labels.filter((label) => label.points.length).slice(0, room);
}

/**
 * Place the labels so that none overlaps another, hides its own cluster or leaves the map.
 *
 * Labels come with the most important first. One for which there is no such place is left out.
 *
 * @param {object} input
 * @param {number} input.width of the map in pixels; likewise `height`
 * @param {number} input.radius of a point
 * @param {number[][]} input.points all points shown, [x, y] in pixels
 * @param {object[]} input.labels with `id`, `points` (of the cluster), `variants`
 *   ({w, h, penalty, lines}) and perhaps `previous` ({dx, dy})
 * @param {object[]} [input.obstacles] rectangles {x, y, w, h} to keep clear
 * @returns {object[]} for each label that has a place: `id`, `rect`, `variant`, `dx`, `dy`, and
 *   `line` ([x0, y0, x1, y1]) where the label stands off from its cluster
 */
export function placeLabels({ width, height, radius, points, labels: given, obstacles = [] }) {
  const labels = readable(given, width, height);
  const countAll = countTable(points, width, height);
  // Farther off than this a reader no longer sees which cluster a name is of.
  const most = Math.min(labels.length > 25 ? 60 : 110, 0.14 * Math.max(width, height));
  // In a crowd every name covers points; it must not be driven out of the map by that.
  const crowd = 3 * Math.min(1, 400 / Math.max(1, points.length));
  const space = { width, height, radius, obstacles, most, crowd };
  const clusters = labels.map((label) => outlineOf(label.points));
  const options = labels.map((label, i) => candidates(label, clusters[i], space, countAll));
  const chosen = labels.map(() => null);
  const line = (option, i) => lineOf(option, clusters[i], radius);
  const apart = (one, i, other, j) =>
    !overlaps(one.rect, other.rect) &&
    !(line(one, i) && crosses(line(one, i), other.rect)) &&
    !(line(other, j) && crosses(line(other, j), one.rect));
  const clashes = (option, i) =>
    chosen.flatMap((other, j) => (j !== i && other && !apart(option, i, other, j) ? [j] : []));
  const free = (option, i) => chosen.every((other, j) => j === i || !other || apart(option, i, other, j));
  // Greedy, then each label moves while the others stand: a later round frees better places.
  for (let round = 0; round < 4; round += 1) {
    let changed = false;
    labels.forEach((_, i) => {
      const best = options[i].find((option) => free(option, i)) ?? null;
      if (best !== chosen[i]) [chosen[i], changed] = [best, true];
    });
    for (let i = 0; i < labels.length; i += 1) {
      if (!chosen[i] && pushAside(i, options, chosen, clashes, apart)) changed = true;
    }
    if (!changed) break;
  }
  return labels.flatMap(({ id }, i) => {
    if (!chosen[i]) return [];
    const { rect, variant, dx, dy } = chosen[i];
    return [{ id, rect, variant, dx, dy, line: line(chosen[i], i) }];
  });
}

/** Let a label that found no place push away one that has a good second choice. */
function pushAside(i, options, chosen, clashes, apart) {
  for (const option of options[i].slice(0, 40)) {
    const hit = clashes(option, i);
    if (hit.length !== 1) continue;
    const [j] = hit;
    const second = options[j]
      .slice(0, 80)
      .find((one) => apart(one, j, option, i) && clashes(one, j).every((k) => k === i));
    if (!second) continue;
    [chosen[i], chosen[j]] = [option, second];
    return true;
  }
  return false;
}

function leader(rect, [x, y], radius) {
  const fromX = Math.max(rect.x, Math.min(x, rect.x + rect.w));
  const fromY = Math.max(rect.y, Math.min(y, rect.y + rect.h));
  const length = Math.hypot(x - fromX, y - fromY) || 1;
  const short = (radius + 2) / length;
  return [fromX, fromY, x - (x - fromX) * short, y - (y - fromY) * short];
}

/** Break a name into two lines of about the same length; null for a single word. */
export function balance(name) {
  const words = name.split(/\s+/).filter(Boolean);
  if (words.length < 2) return null;
  let best = null;
  for (let i = 1; i < words.length; i += 1) {
    const lines = [words.slice(0, i).join(" "), words.slice(i).join(" ")];
    const longest = Math.max(lines[0].length, lines[1].length);
    if (!best || longest < best.longest) best = { lines, longest };
  }
  return best.lines;
}

/** Break a title into lines of at most so many letters; what does not fit is cut off. */
export function wrapped(title, { letters, lines }) {
  const found = [""];
  for (const word of title.split(/\s+/).filter(Boolean)) {
    const line = found.at(-1) ? `${found.at(-1)} ${word}` : word;
    if (line.length <= letters || !found.at(-1)) {
      found[found.length - 1] = line.length <= letters + 12 ? line : `${line.slice(0, letters)}…`;
    } else if (found.length < lines) found.push(word);
    else {
      found[found.length - 1] += "…";
      break;
    }
  }
  return found;
}

/** Leave out points of an outline that say little, until at most `most` remain. */
export function simplify(outline, most) {
  const points = outline.slice();
  while (points.length > most) {
    let least = Infinity;
    let at = 0;
    for (let i = 0; i < points.length; i += 1) {
      const [a, b, c] = [points.at(i - 1), points[i], points[(i + 1) % points.length]];
      const size = Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]));
      if (size < least) [least, at] = [size, i];
    }
    points.splice(at, 1);
  }
  return points;
}

/** Whether a point lies in an outline (even-odd rule). */
export function inside(outline, x, y) {
  let odd = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i, i += 1) {
    const [xi, yi] = outline[i];
    const [xj, yj] = outline[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
}
