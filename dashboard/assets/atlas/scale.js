// What stands where under a scale of colours. Pure.

/** Pixels that a scale is wide, and about as many as a letter under it takes. */
const BAR = 190;
const LETTER = 6.2;

/**
 * Words under the ends of a bar, and under its middle one as near its place as there is room.
 *
 * @param {(string|{text: string, at: number})[]} ticks places from 0 to 1; even ones where untold
 * @returns {object[]} `text`, `left`, `anchor`, and `mark`: where on the bar it is, null at its ends
 */
function placedTicks(ticks) {
  const last = ticks.length - 1;
  const told = ticks.map((tick, i) => (typeof tick === "string" ? { text: tick, at: i / Math.max(1, last) } : tick));
  const wide = told.map(({ text }) => text.length * LETTER);
  return told.flatMap(({ text, at }, i) => {
    if (i === 0 && at < 0.5) return [{ text, left: at * BAR, anchor: "start", mark: null }];
    if (i === last && at > 0.5) return [{ text, left: at * BAR, anchor: "end", mark: null }];
    const low = i ? wide[0] + 10 + wide[i] / 2 : wide[i] / 2;
    const high = BAR - (i < last ? wide[last] + 10 : 0) - wide[i] / 2;
    if (low > high) return [];
    return [{ text, left: Math.max(low, Math.min(high, at * BAR)), anchor: "middle", mark: at * BAR }];
  });
}
