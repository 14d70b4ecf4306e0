// Lines over time, drawn by hand: the share with its interval, or the papers.

const FEW = 5; // papers of the map in a period below which no share is drawn

/** The values of one line: what is drawn, and the ends of the interval; null where there is none. */
function valuesOf(counts, trends, measure) {
  const solid = trends.totals.filter((total) => total >= FEW).length >= 3;
  return counts.map((hits, i) => {
    const total = trends.totals[i];
    if (measure === "papers") return { value: hits };
    if (!total || (solid && total < FEW)) return null;
    const [low, high] = interval(hits, total);
    return { value: hits / total, low, high };
  });
}

/** The periods from the first to the last with a share; all of them for counts. */
function solidPart(counts, trends, measure) {
  const solid = trends.totals.flatMap((total, i) => (total >= FEW ? [i] : []));
  if (measure !== "share" || solid.length < 3) return [counts, trends];
  const [from, to] = [solid[0], solid.at(-1) + 1];
  const cut = (list) => list.slice(from, to);
  const open = trends.open.filter((i) => i >= from && i < to).map((i) => i - from);
  return [cut(counts), { ...trends, labels: cut(trends.labels), totals: cut(trends.totals), open }];
}

function topOf(lines) {
  const all = lines.flat().filter(Boolean);
  const most = Math.max(0, ...all.map((one) => one.value));
  const highest = Math.max(0, ...all.map((one) => one.high ?? one.value));
  return niceTop(Math.min(highest, 1.25 * most));
}

function niceTop(value) {
  if (value <= 0) return 1;
  const unit = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 3, 4, 5, 6, 8, 10].map((step) => step * unit).find((step) => step >= value - 1e-12);
}

/** A chart of one line. */
function chart(name, every, whole, { measure, colour, top, width = 320, height = 150 }) {
  const [counts, trends] = solidPart(every, whole, measure);
  const values = valuesOf(counts, trends, measure);
  const most = top ?? topOf([values]);
  const [left, right, high, low] = [46, width - 12, 10, height - 24];
  const x = (i) => left + ((right - left) * i) / Math.max(1, values.length - 1);
  const y = (value) => low - (low - high) * Math.min(1, value / most);
  const said = (value) => (measure === "share" ? percent(value) : number(Math.round(value * 10) / 10));
  const drawn = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", class: "px-chart" });
  drawn.setAttribute("aria-label", summaryOf(name, counts, trends, measure));
  for (const part of [0, 0.5, 1]) {
    const at = y(part * most);
    drawn.append(svg("line", { x1: left, x2: right, y1: at, y2: at, class: "px-grid" }));
    drawn.append(textAt(left - 6, at + 4, said(part * most), "end"));
  }
  drawn.append(textAt(left, height - 6, trends.labels[0], "start"));
  if (values.length > 1) drawn.append(textAt(right, height - 6, trends.labels.at(-1), "end"));
  for (const run of runsOf(values)) {
    if (measure === "share") {
      const over = run.map((i) => `${x(i)},${y(values[i].high)}`);
      const under = run.map((i) => `${x(i)},${y(values[i].low)}`).reverse();
      drawn.append(svg("polygon", { points: [...over, ...under].join(" "), fill: colour, "fill-opacity": 0.18 }));
    }
    const points = run.map((i) => `${x(i)},${y(values[i].value)}`).join(" ");
    drawn.append(svg("polyline", { points, fill: "none", stroke: colour, "stroke-width": 2, "stroke-linejoin": "round" }));
  }
  values.forEach((one, i) => {
    const open = trends.open.includes(i);
    if (!one || !(open || values.length <= 24)) return;
    const look = { cx: x(i), cy: y(one.value), r: 3, stroke: colour, "stroke-width": 1.5 };
    const mark = svg("circle", { ...look, fill: open ? "var(--pm-background)" : colour });
    const tip = svg("title", {});
    tip.textContent = `${trends.labels[i]}${open ? " (not over)" : ""}: ${said(one.value)}, ${count(counts[i], "paper")}`;
    mark.append(tip);
    drawn.append(mark);
  });
  return drawn;
}

function runsOf(values) {
  const runs = [[]];
  values.forEach((one, i) => {
    if (one) runs.at(-1).push(i);
    else if (runs.at(-1).length) runs.push([]);
  });
  return runs.filter((run) => run.length);
}

function textAt(x, y, said, anchor) {
  const made = svg("text", { x, y, "text-anchor": anchor, class: "px-axis" });
  made.textContent = said;
  return made;
}

function summaryOf(name, counts, trends, measure) {
  const total = counts.reduce((sum, one) => sum + one, 0);
  const what = measure === "share" ? "Share in the dated papers" : "Papers";
  return `${name}: ${what} per ${trends.period} from ${trends.labels[0]} to ${trends.labels.at(-1)}, ${count(total, "paper")} in all`;
}

/** Small columns for a card. */
function bars(counts, colour, label) {
  const most = Math.max(1, ...counts);
  const made = node("span", { class: counts.length > 24 ? "pm-bars pm-bars-many" : "pm-bars", role: "img", "aria-label": label });
  for (const value of counts) {
    const bar = node("i");
    bar.style.height = `${Math.max(value ? 8 : 0, (100 * value) / most)}%`;
    bar.style.background = colour;
    made.append(bar);
  }
  return made;
}
