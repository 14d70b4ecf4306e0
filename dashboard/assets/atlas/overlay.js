// What is drawn over the points: names of topics and their groups or of papers, the open paper's ring,
// a selection's outline, and what a paper says when it is pointed at.

/** Points that describe a cluster, and a whole map, well enough for placing names. */
const ENOUGH = { cluster: 1500, map: 30000 };

/** Share of a topic's points, or of those in sight, from which on its name is due. */
const FAIR_SHARE = 0.15;

/** Milliseconds in which a name fades. */
const FADE = 160;

/** Letters and lines of a paper's title on the map. */
const TITLE = { letters: 34, lines: 3 };

export class Overlay {
  /**
   * @param {HTMLElement} host of the map
   * @param {(label: object) => void} choose called with what the reader chose the name of
   * @param {() => void} giveBack called when the name that had the keyboard's focus goes away
   */
  constructor(host, choose, giveBack) {
    this.choose = choose;
    this.giveBack = giveBack;
    this.offsets = new Map(); // where each name stands off from its cluster
    this.node = element("div", "pm-overlay");
    this.lines = svg("svg", { class: "pm-lines", "aria-hidden": "true" });
    this.names = element("div", "pm-names");
    this.names.setAttribute("role", "group");
    this.names.setAttribute("aria-label", "Topics on the map");
    this.tip = element("div", "pm-tip");
    this.tip.hidden = true;
    this.node.append(this.lines, this.names, this.tip);
    host.append(this.node);
  }

  forget() {
    this.offsets.clear();
    this.names.replaceChildren();
    this.lines.replaceChildren();
  }

  /**
   * Place the names anew. `shown` tells of each row whether its point counts; `labels` are of topics
   * and groups (`numbers` of their topics) or of papers (`row`), the most important first.
   */
  drawNames({ frame, place, find, points, shown, labels, radius, obstacles }) {
    const { seen, byTopic } = pointsOnScreen({ frame, place, points, shown });
    const focused = this.names.contains(document.activeElement);
    const before = new Map(this.present().map((node) => [node.dataset.id, node]));
    const nodes = new Map();
    const own = ({ row, numbers }) =>
      row === undefined
        ? numbers.flatMap((number) => byTopic.get(number) ?? [])
        : [place(points.x[row], points.y[row])];
    const wanted = labels.flatMap((label, rank) => {
      const there = own(label);
      if (!isInSight(there.length, label, seen.length, points)) return [];
      const node = before.get(label.id) ?? this.arriving(label);
      dress(node, label, rank, labels.length);
      nodes.set(label.id, node);
      const previous = this.offsets.get(label.id);
      const forms = variants(node, label, frame.width);
      return [{ id: label.id, points: thin(there, ENOUGH.cluster), variants: forms, previous }];
    });
    const placed = placeLabels({ ...frame, radius, points: seen, labels: wanted, obstacles });
    this.lines.querySelectorAll(".pm-leader").forEach((line) => line.remove());
    this.names.classList.add("pm-easing");
    const kept = new Set();
    for (const { id, rect, variant, dx, dy, line } of placed) {
      const node = nodes.get(id);
      fill(node, variant.lines);
      node.style.transform = `translate(${rect.x}px, ${rect.y}px)`;
      [node.dataset.x, node.dataset.y] = find(rect.x + rect.w / 2 - dx, rect.y + rect.h / 2 - dy);
      this.offsets.set(id, { dx, dy, w: rect.w, h: rect.h });
      kept.add(id);
      if (!line) continue;
      const [x1, y1, x2, y2] = line;
      this.lines.append(svg("line", { class: "pm-leader", x1, y1, x2, y2 }));
    }
    for (const [id, node] of nodes) if (!kept.has(id) && !before.has(id)) node.remove();
    for (const [id, node] of before) if (!kept.has(id)) this.leave(node);
    requestAnimationFrame(() => {
      for (const node of this.present()) node.classList.remove("pm-arriving");
    });
    if (focused && !this.names.contains(document.activeElement)) this.giveBack();
  }

  /** The names that are shown, without those that are fading away. */
  present() {
    return [...this.names.children].filter((node) => !node.classList.contains("pm-leaving"));
  }

  /** A new name, not seen yet: it is shown from the browser's next picture on. */
  arriving(label) {
    const node = button("pm-name", label.name);
    node.dataset.id = label.id;
    node.addEventListener("click", () => this.choose(node.label));
    this.names.append(node);
    return node;
  }

  leave(node) {
    const held = node.contains(document.activeElement);
    node.classList.add("pm-leaving");
    node.tabIndex = -1;
    node.setAttribute("aria-hidden", "true");
    if (held) node.blur();
    if (isStill()) node.remove();
    else setTimeout(() => node.remove(), FADE);
  }

  /** Keep the names with their clusters while the map is being moved; they are placed anew after. */
  moveNames(place) {
    this.names.classList.remove("pm-easing");
    for (const name of this.names.children) {
      const [x, y] = place(Number(name.dataset.x), Number(name.dataset.y));
      const at = this.offsets.get(name.dataset.id);
      if (at) name.style.transform = `translate(${x + at.dx - at.w / 2}px, ${y + at.dy - at.h / 2}px)`;
    }
    this.lines.querySelectorAll(".pm-leader").forEach((line) => line.remove());
  }

  /** The ring around the open paper, the outline of the selection, and where a reader's text falls. */
  drawMarks({ place, selected, area, radius, mark }) {
    this.lines.querySelectorAll(".pm-mark").forEach((mark) => mark.remove());
    if (area.length) this.outline(area.map(([x, y]) => place(x, y)), "pm-area");
    if (mark) this.cross(...place(...mark.at), mark.said);
    if (!selected) return;
    const [cx, cy] = place(...selected);
    for (const name of ["pm-halo", "pm-ring"]) {
      this.lines.append(svg("circle", { class: `pm-mark ${name}`, cx, cy, r: radius + 5 }));
    }
  }

  cross(x, y, said) {
    const d = `M${x - 13} ${y}H${x - 4}M${x + 4} ${y}H${x + 13}M${x} ${y - 13}V${y - 4}M${x} ${y + 4}V${y + 13}`;
    for (const name of ["pm-cross-halo", "pm-cross"]) this.lines.append(svg("path", { class: `pm-mark ${name}`, d }));
    const words = svg("text", { class: "pm-mark pm-cross-said", x: x + 15, y: y - 8 });
    words.textContent = said;
    this.lines.append(words);
  }

  outline(corners, name) {
    const points = corners.map((corner) => corner.join()).join(" ");
    this.lines.append(svg("polygon", { class: `pm-mark ${name}`, points }));
  }

  /** Say what the paper at a pixel is; nothing for null. */
  point(said, left, top, frame, radius) {
    this.lines.querySelectorAll(".pm-pointed").forEach((mark) => mark.remove());
    this.tip.hidden = !said;
    if (!said) return;
    this.lines.append(svg("circle", { class: "pm-pointed", cx: left, cy: top, r: radius + 2.5 }));
    this.tip.replaceChildren(element("b", "", said.title), element("span", "", said.facts));
    const { offsetWidth: width, offsetHeight: height } = this.tip;
    const gap = radius + 10;
    const x = Math.max(4, Math.min(frame.width - width - 4, left - width / 2));
    const y = top - gap - height >= 4 ? top - gap - height : top + gap;
    this.tip.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }
}

/**
 * Whether enough of a topic or group is in sight to be named there: a fair share of its points, or
 * of all that are in sight. A few strays far from the rest would put its name in a strange place.
 */
function isInSight(there, { row, count }, inSight, points) {
  if (row !== undefined || !there) return there > 0;
  const step = Math.max(1, Math.ceil(points.size / ENOUGH.map));
  return there * step >= FAIR_SHARE * count || there >= FAIR_SHARE * inSight;
}

function pointsOnScreen({ frame, place, points, shown }) {
  const [seen, byTopic] = [[], new Map()];
  const step = Math.max(1, Math.ceil(points.size / ENOUGH.map));
  for (let row = 0; row < points.size; row += step) {
    if (!shown(row)) continue;
    const at = place(points.x[row], points.y[row]);
    if (at[0] < 0 || at[1] < 0 || at[0] > frame.width || at[1] > frame.height) continue;
    seen.push(at);
    const topic = points.topic[row];
    if (topic < 0) continue;
    if (!byTopic.has(topic)) byTopic.set(topic, []);
    byTopic.get(topic).push(at);
  }
  return { seen, byTopic };
}

function thin(points, most) {
  const step = Math.ceil(points.length / most);
  return step > 1 ? points.filter((_, i) => i % step === 0) : points;
}

function fill(node, lines) {
  node.replaceChildren();
  lines.forEach((line, i) => {
    if (i) node.append(document.createElement("br"));
    node.append(document.createTextNode(line));
  });
}

/** What a name looks like and says, by what it is of. */
function dress(node, label, rank, total) {
  const size = rank < total / 4 ? "large" : rank < total / 1.6 ? "middle" : "small";
  const arriving = node.label ? "" : " pm-arriving";
  node.label = label;
  node.className = `pm-name pm-name-${label.kind === "paper" ? "paper" : size}${arriving}`;
  if (label.kind === "group") node.classList.add("pm-name-group");
  node.dataset.kind = label.kind;
  node.setAttribute("aria-label", SAID[label.kind](label));
}

const SAID = {
  topic: ({ name, count }) => `Topic: ${name}, ${count} papers. Open the topic.`,
  group: ({ name, count, numbers }) =>
    `Group of ${numbers.length} topics: ${name}, ${count} papers. Move the map to it.`,
  paper: ({ name }) => `Paper: ${name}. Open the paper.`,
};

/** The lines that a name may take: one or two; a title as many as it needs, cut off if too long. */
function linesOf({ kind, name }) {
  return kind === "paper" ? [wrapped(name, TITLE)] : [[name], balance(name)];
}

/** The name in the ways it may be broken into lines, with the sizes that they take. */
function variants(node, label, width) {
  const found = [];
  for (const lines of linesOf(label)) {
    if (!lines) continue;
    fill(node, lines);
    const { width: w, height: h } = node.getBoundingClientRect();
    const wide = w > width * 0.3 ? 4 : 0;
    found.push({ lines, w: Math.ceil(w), h: Math.ceil(h), penalty: wide + (lines.length - 1) * 0.4 });
  }
  return found;
}
