// Which names the map shows: of groups of topics from afar, of topics nearer, of papers where few are
// in sight. Pure.
//
// A group's name gives way to the names in it where it takes up enough of the screen for them. So
// every name is shown in one range of depths, and none comes and goes while a reader comes nearer.

/** Square pixels that a name needs for itself and the points around it. */
const ROOM = 14000;

/** Papers in sight up to which their titles are shown, and how near the map must be for that. */
const FEW_PAPERS = 25;
const NEAR_ENOUGH = 2;

/**
 * The tree of what is shown, each node with where its points lie.
 *
 * @param {Points} points of the map
 * @param {object[]} labels of topics: `id`, `number`, `name`, `count` and perhaps `parent` (a group)
 * @param {object[]} [groups] `id`, `name`, `count` and perhaps `parent` (a larger group)
 * @returns {{top: object[], nodes: Map<string, object>}} nodes have `kind`, `numbers` (of topics),
 *   `children` and `reach` (half the width of most of its points, in units of the map)
 */
export function layersOf(points, labels, groups = []) {
  const nodes = new Map();
  for (const group of groups) nodes.set(group.id, { ...group, kind: "group", numbers: [], children: [] });
  for (const label of labels) {
    nodes.set(label.id, { ...label, kind: "topic", numbers: [label.number], children: [] });
  }
  const top = [];
  for (const node of nodes.values()) {
    const above = nodes.get(node.parent);
    (above ? above.children : top).push(node);
  }
  const rows = rowsByTopic(points);
  const seen = new Set(); // a damaged tree must not be walked for ever
  const gather = (node) => {
    if (seen.has(node)) return;
    seen.add(node);
    node.children.forEach(gather);
    if (node.kind === "group") node.numbers = node.children.flatMap((child) => child.numbers);
    node.rows = node.numbers.flatMap((number) => rows.get(number) ?? []);
    node.reach = node.kind === "group" ? reachOf(points, node.rows) : 0;
  };
  top.forEach(gather);
  return { top, nodes };
}

function rowsByTopic(points) {
  const rows = new Map();
  for (let row = 0; row < points.size; row += 1) {
    const number = points.topic[row];
    if (number < 0) continue;
    if (!rows.has(number)) rows.set(number, []);
    rows.get(number).push(row);
  }
  return rows;
}

function reachOf(points, rows) {
  if (!rows.length) return 0;
  const x = median(rows.map((row) => points.x[row]));
  const y = median(rows.map((row) => points.y[row]));
  return 1.5 * median(rows.map((row) => Math.hypot(points.x[row] - x, points.y[row] - y)));
}

/** Pixels a unit of the map from which on a group gives way to what is in it. */
export function opensAt(node) {
  if (!node.children.length) return Infinity;
  if (node.children.length === 1) return 0;
  return Math.sqrt((node.children.length * ROOM) / Math.PI) / Math.max(node.reach, 1e-9);
}

/** The topics and groups whose names are due at a scale, those of most papers first. */
export function dueAt({ top }, scale) {
  const due = [];
  const walk = (node) => {
    if (scale >= opensAt(node)) node.children.forEach(walk);
    else due.push(node);
  };
  top.forEach(walk);
  return due.sort((a, b) => b.count - a.count);
}

/**
 * Rows of the papers in sight where they are few and the map is near; null where they are not.
 *
 * @param {Points} points of the map; those without titles have none to show
 * @param {number[]} box of places in sight, [left, right, low, high]
 * @param {(row: number) => boolean} shown tells of each row whether its point counts
 * @param {number} nearness of the map: 1 where all of it is shown
 */
export function fewInSight(points, [left, right, low, high], shown, nearness) {
  if (!points.titles || (nearness < NEAR_ENOUGH && points.size > FEW_PAPERS)) return null;
  const rows = [];
  for (const row of points.grid.near(left, right, low, high)) {
    const [x, y] = [points.x[row], points.y[row]];
    if (x < left || x > right || y < low || y > high || !shown(row)) continue;
    rows.push(row);
    if (rows.length > FEW_PAPERS) return null;
  }
  return rows;
}

/** The middle of some rows and how far most of them reach, as an extent [x0, x1, y0, y1]. */
export function extentOf(points, rows) {
  const bounds = (values) => {
    const sorted = Float64Array.from(rows, (row) => values[row]).sort();
    const cut = Math.floor(sorted.length * 0.03);
    return [sorted[cut], sorted[sorted.length - 1 - cut]];
  };
  const padded = ([from, to]) => {
    const margin = Math.max(0.08 * (to - from), 1e-3);
    return [from - margin, to + margin];
  };
  return [...padded(bounds(points.x)), ...padded(bounds(points.y))];
}
