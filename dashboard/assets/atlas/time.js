// Months on an axis: which papers a span of time holds, how many fall where. Pure.
//
// A month is a number, 12 for each year: 24303 is April 2025. A span is { since, until }, the first
// and the last month, null for no bound; null is no span at all. A date of which only the year is
// known may lie in any of its months.

const MONTH_NAMES = "January February March April May June July August September October November December".split(" ");

/** Months of a bar, by the length of a period. */
const GRAINS = { month: 1, quarter: 3, year: 12 };

/** Pixels that a bar needs. */
const BAR_WIDTH = 4;

/** Share of the papers before the axis begins, where these few would take more than half of it. */
const STRAYS = 0.01;

/** The number of a month written `2025-04`; null for none. */
export function monthOf(text) {
  if (!text) return null;
  const [year, month] = text.split("-").map(Number);
  return 12 * year + month - 1;
}

/** A month as the address writes it; null for none. */
export function monthWritten(month) {
  if (month === null) return null;
  return `${String(Math.floor(month / 12)).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}`;
}

/** A month in words; a bar of a year or a quarter by its own name. */
export function monthNamed(month, size = 1) {
  const year = Math.floor(month / 12);
  if (size === 12) return `${year}`;
  if (size === 3) return `Q${Math.floor((month % 12) / 3) + 1} ${year}`;
  return `${MONTH_NAMES[month % 12]} ${year}`;
}

/** A span in words, from its first month to its last. */
export function spanNamed([from, to]) {
  const [first, last] = [monthNamed(from), monthNamed(to)];
  if (from === to) return first;
  const whole = from % 12 === 0 && to % 12 === 11;
  if (whole && to - from === 11) return monthNamed(from, 12);
  if (from % 3 === 0 && to - from === 2) return monthNamed(from, 3);
  return `${whole ? monthNamed(from, 12) : first} – ${whole ? monthNamed(to, 12) : last}`;
}

/** Which dates may lie in a span, a byte each; null for no span. */
export function dateMask(months, span) {
  if (!span) return null;
  const { since, until } = span;
  return Uint8Array.from(months, (date) =>
    Number(Boolean(date) && (since === null || date[1] >= since) && (until === null || date[0] <= until)),
  );
}

/**
 * The axis of some papers: where it begins and ends, and its bars.
 *
 * @param {(number[]|null)[]} months first and last month of each date, null where there is none
 * @param {Uint32Array|number[]} papers of each date
 * @param {string} grain the finest period that the dates bear
 * @param {number} width pixels for the bars
 * @returns {object|null} `from`, `to` (months), `size` (months a bar), `bars` (papers), `early`
 *   (papers before the axis, counted in the first bar), `vague` (papers whose date is less precise
 *   than a bar), `undated`; null where there is nothing to choose from
 */
export function timeAxis(months, papers, grain, width) {
  const dated = months.flatMap((date, i) => (date && papers[i] ? [[...date, papers[i]]] : []));
  const undated = months.reduce((sum, date, i) => sum + (date ? 0 : papers[i]), 0);
  if (!dated.length) return null;
  dated.sort((a, b) => a[0] - b[0]);
  const to = Math.max(...dated.map((date) => date[1]));
  const begin = axisStart(dated, to);
  let size = GRAINS[grain] ?? 12;
  while (size < 12 && ((to - begin) / size) * BAR_WIDTH > width) size = size === 1 ? 3 : 12;
  const from = begin - (begin % size);
  const count = Math.floor((to - from) / size) + 1;
  if (count < 2) return null;
  const bars = new Array(count).fill(0);
  let [early, vague] = [0, 0];
  for (const [first, last, held] of dated) {
    const at = Math.max(0, Math.floor((first - from) / size));
    if (at !== Math.max(0, Math.floor((last - from) / size))) vague += held;
    else bars[at] += held;
    if (last < from) early += held;
  }
  return { from, to: from + count * size - 1, size, bars, early, vague, undated };
}

/** Where the axis begins: with the first paper, unless a few strays would press all others flat. */
function axisStart(dated, to) {
  const total = dated.reduce((sum, date) => sum + date[2], 0);
  let before = 0;
  for (const [first, , held] of dated) {
    before += held;
    if (before <= STRAYS * total) continue;
    return first - dated[0][0] > 0.5 * (to - dated[0][0]) ? first : dated[0][0];
  }
  return dated[0][0];
}

/** A span between two months as it is told: an end of the axis is no bound. */
export function boundedSpan([from, to], axis) {
  const since = from <= axis.from ? null : from;
  const until = to >= axis.to ? null : to;
  return since === null && until === null ? null : { since, until };
}

/** First and last month of a span on an axis. */
export function spanOn(span, axis) {
  const clamp = (month) => Math.max(axis.from, Math.min(axis.to, month));
  return [clamp(span?.since ?? axis.from), clamp(span?.until ?? axis.to)];
}

/** The span moved by some months, as far as the axis goes. */
export function movedSpan([from, to], by, axis) {
  const step = Math.max(axis.from - from, Math.min(axis.to - to, by));
  return [from + step, to + step];
}

/** The next picture of a film, null after the last: all up to a time, or what a window shows. */
export function nextSpan([from, to], axis, growing) {
  if (to >= axis.to) return null;
  const step = Math.min(axis.size, axis.to - to);
  return growing ? [axis.from, to + step] : [from + step, to + step];
}

/** Where a film begins. */
export function firstSpan([from, to], axis, growing) {
  if (growing) return [axis.from, axis.from + axis.size - 1];
  const width = to - from >= axis.to - axis.from ? usualWindow(axis) : to - from + 1;
  return [axis.from, Math.min(axis.to, axis.from + width - 1)];
}

/** Months of a window that nobody chose: a year, or a quarter where there are few years. */
function usualWindow({ from, to, size }) {
  const years = (to - from + 1) / 12;
  return Math.max(size, years >= 4 ? 12 : years >= 1 ? 3 : size);
}

/**
 * The points as a span shows them: what lies outside of it is faint, and behind the others.
 *
 * @param {object} base `rgba`, `rings` and `rows` without a span
 * @param {object} scene `codes`, `looks`
 * @param {Points} points
 * @param {Uint8Array|null} mask of dates, see `dateMask`
 * @returns {object} `painted` as `base`, `counted` (points that are not faint)
 */
export function inSpan(base, { codes, looks }, points, mask) {
  const lit = (row) => !looks[codes[row]].faint && (!mask || mask[points.date[row]]);
  const { rows } = base;
  let counted = 0;
  if (!mask) {
    for (const row of rows) if (lit(row)) counted += 1;
    return { painted: base, counted };
  }
  const faint = looks.findIndex((look) => look?.faint);
  const tint = faint < 0 ? [128, 128, 128, 50] : base.tints[faint];
  const rgba = base.rgba.slice();
  const ordered = new Uint32Array(rows.length);
  for (const row of rows) if (lit(row)) counted += 1;
  let [back, front] = [0, rows.length - counted];
  for (const row of rows) {
    if (lit(row)) ordered[front++] = row;
    else {
      ordered[back++] = row;
      rgba.set(tint, 4 * row);
    }
  }
  return { painted: { ...base, rgba, rows: ordered }, counted };
}

/** Papers that are lit: of each date, of each topic, and of each look. */
export function tallied({ codes, looks }, points, mask) {
  const dates = new Uint32Array(points.dates.length);
  const [topics, kinds] = [new Map(), new Map()];
  for (let row = 0; row < codes.length; row += 1) {
    const look = looks[codes[row]];
    if (!look || look.faint) continue;
    const date = points.date[row];
    dates[date] += 1;
    if (mask && !mask[date]) continue;
    const topic = points.topic[row];
    if (topic >= 0) topics.set(topic, (topics.get(topic) ?? 0) + 1);
    const kind = lookKey(look);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return { dates, topics, kinds };
}

/** What tells looks apart, as the legend has it. */
export function lookKey({ colour, hollow }) {
  return `${hollow ? "ring" : "disc"} ${colour}`;
}

/** Names with the papers that a span of time leaves them; in place, since a film asks often. */
export function inTime(layers, { mask, tally }) {
  for (const node of layers.nodes.values()) {
    node.total ??= node.count;
    node.count = mask ? node.numbers.reduce((sum, number) => sum + (tally.topics.get(number) ?? 0), 0) : node.total;
  }
  return layers;
}

/** Papers of an entry of the legend: a ring stands for all in no topic, a disc for one colour. */
export function lookCount(kinds, look) {
  const [shape, colour] = look.split(" ");
  if (shape === "disc") return (kinds.get(look) ?? 0) + (kinds.get(`ring ${colour}`) ?? 0);
  let count = 0;
  for (const [kind, held] of kinds) if (kind.startsWith("ring ")) count += held;
  return count;
}
