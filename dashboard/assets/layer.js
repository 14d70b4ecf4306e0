// What is drawn over the points, on a stage: the figure that Plotly has made, or its preview.
//
// A stage is { overlay, width, height, place: (x, y) => [left, top], find: its inverse,
// points: [[row, left, top], …], obstacles: rectangles to keep clear }.

const SVG = "http://www.w3.org/2000/svg";

// One map a page: what must outlive a new run of the script or a new drawing of the figure.
const map = {
  data: null, // what Python sent last
  send: null, // tells Python what the reader did
  gd: null, // Plotly's figure
  offsets: new Map(), // where each name stands off from its cluster
  zoom: null, // the ranges that the reader has chosen; null while the whole map is shown
  mode: "pan", // what dragging does
};

function svg(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

function isNarrow() {
  return window.innerWidth <= 760;
}

function pointSize() {
  return isNarrow() ? Math.max(3, map.data.size * 0.72) : map.data.size;
}

/** The ranges that show the whole map at one scale for both axes, as large as it goes. */
function fittedRanges(width, height) {
  const [x0, x1, y0, y1] = map.data.extent;
  const scale = Math.max((x1 - x0) / width, (y1 - y0) / height);
  const around = (low, high, size) => [(low + high - scale * size) / 2, (low + high + scale * size) / 2];
  return { scale, wanted: [around(x0, x1, width), around(y0, y1, height)] };
}

function newOverlay() {
  const overlay = document.createElement("div");
  overlay.className = "pm-overlay";
  const names = document.createElement("div");
  names.className = "pm-names";
  names.setAttribute("role", "group");
  names.setAttribute("aria-label", "Topics on the map");
  overlay.append(svg("svg", { class: "pm-lines", "aria-hidden": "true" }), names);
  return overlay;
}

function drawNames({ overlay, width, height, find, points, obstacles }) {
  const byTopic = new Map(map.data.labels.map((label) => [label.number, []]));
  const seen = [];
  for (const [row, x, y] of points) {
    if (x < 0 || y < 0 || x > width || y > height) continue;
    seen.push([x, y]);
    byTopic.get(map.data.topics[row])?.push([x, y]);
  }
  const names = overlay.querySelector(".pm-names");
  names.replaceChildren();
  const nodes = new Map();
  const labels = map.data.labels.flatMap((label, rank) => {
    const own = byTopic.get(label.number);
    if (!own.length) return [];
    const node = nameButton(label, rank, map.data.labels.length);
    names.append(node);
    nodes.set(label.id, node);
    const previous = map.offsets.get(label.id);
    return [{ id: label.id, points: thin(own), variants: variants(node, label.name, width), previous }];
  });
  const radius = pointSize() / 2 + 1;
  const placed = placeLabels({ width, height, radius, points: seen, labels, obstacles });
  const lines = overlay.querySelector(".pm-lines");
  lines.querySelectorAll(".pm-leader").forEach((line) => line.remove());
  const kept = new Set();
  for (const { id, rect, variant, dx, dy, line } of placed) {
    const node = nodes.get(id);
    fill(node, variant.lines);
    node.style.transform = `translate(${rect.x}px, ${rect.y}px)`;
    [node.dataset.x, node.dataset.y] = find(rect.x + rect.w / 2 - dx, rect.y + rect.h / 2 - dy);
    map.offsets.set(id, { dx, dy, w: rect.w, h: rect.h });
    kept.add(id);
    if (!line) continue;
    const [x1, y1, x2, y2] = line;
    lines.append(svg("line", { class: "pm-leader", x1, y1, x2, y2 }));
  }
  for (const [id, node] of nodes) if (!kept.has(id)) node.remove();
}

/** Keep the names with their clusters while the map is being moved; they are placed anew after. */
function moveNames({ overlay, place }) {
  for (const name of overlay.querySelectorAll(".pm-name")) {
    const [x, y] = place(Number(name.dataset.x), Number(name.dataset.y));
    const at = map.offsets.get(name.dataset.id);
    if (at) name.style.transform = `translate(${x + at.dx - at.w / 2}px, ${y + at.dy - at.h / 2}px)`;
  }
  overlay.querySelectorAll(".pm-leader").forEach((line) => line.remove());
}

/** A large cluster is described well enough by some of its points. */
function thin(points) {
  const step = Math.ceil(points.length / 1500);
  return step > 1 ? points.filter((_, i) => i % step === 0) : points;
}

function nameButton(label, rank, total) {
  const node = document.createElement("button");
  node.type = "button";
  node.className = `pm-name pm-name-${rank < total / 4 ? "large" : rank < total / 1.6 ? "middle" : "small"}`;
  node.dataset.id = label.id;
  node.setAttribute("aria-label", `Topic: ${label.name}, ${label.count} papers. Open the topic.`);
  node.addEventListener("click", () => map.send({ kind: "topic", id: label.id }));
  return node;
}

function fill(node, lines) {
  node.replaceChildren();
  lines.forEach((line, i) => {
    if (i) node.append(document.createElement("br"));
    node.append(document.createTextNode(line));
  });
}

/** The name on one line and on two, with the sizes that they take. */
function variants(node, name, width) {
  const found = [];
  for (const lines of [[name], balance(name)]) {
    if (!lines) continue;
    fill(node, lines);
    const { width: w, height: h } = node.getBoundingClientRect();
    const wide = w > width * 0.3 ? 4 : 0;
    found.push({ lines, w: Math.ceil(w), h: Math.ceil(h), penalty: wide + (lines.length - 1) * 0.4 });
  }
  return found;
}

/** The ring around the open paper and the outline of the selection. */
function drawMarks({ overlay, place }) {
  const lines = overlay.querySelector(".pm-lines");
  lines.querySelectorAll(".pm-mark").forEach((mark) => mark.remove());
  const { selected, area } = map.data;
  if (area.length) {
    const corners = area.map(([x, y]) => place(x, y).join()).join(" ");
    lines.append(svg("polygon", { class: "pm-mark pm-area", points: corners }));
  }
  if (selected) {
    const [cx, cy] = place(...selected);
    const r = pointSize() / 2 + 5;
    for (const name of ["pm-halo", "pm-ring"]) {
      lines.append(svg("circle", { class: `pm-mark ${name}`, cx, cy, r }));
    }
  }
}

/** Draw the map plainly, so that there is something to look at while Plotly is being loaded. */
function drawPreview() {
  const host = document.querySelector(".st-key-pm-map");
  if (!host || !map.data.preview || host.querySelector(".pm-preview")) return;
  const { clientWidth: width, clientHeight: height } = host;
  if (width < 50 || height < 50) return;
  const [[x0, x1], [y0, y1]] = map.zoom ?? fittedRanges(width, height).wanted;
  const place = (x, y) => [((x - x0) / (x1 - x0)) * width, ((y1 - y) / (y1 - y0)) * height];
  const find = (left, top) => [x0 + (left / width) * (x1 - x0), y1 - (top / height) * (y1 - y0)];
  const preview = document.createElement("div");
  preview.className = "pm-preview";
  const overlay = newOverlay();
  preview.append(paint(map.data.preview, width, height, place), overlay);
  host.append(preview);
  const points = map.data.preview.flatMap(({ rows, x, y }) =>
    rows.map((row, i) => [row, ...place(x[i], y[i])]),
  );
  const stage = { overlay, width, height, place, find, points, obstacles: [] };
  drawNames(stage);
  drawMarks(stage);
}

function paint(groups, width, height, place) {
  const canvas = document.createElement("canvas");
  const sharp = window.devicePixelRatio || 1;
  [canvas.width, canvas.height] = [width * sharp, height * sharp];
  canvas.style.cssText = `width: ${width}px; height: ${height}px`;
  const pen = canvas.getContext("2d");
  pen.scale(sharp, sharp);
  for (const { colour, colours, hollow, x, y } of groups) {
    const radius = (pointSize() / 2) * (hollow ? 0.85 : 1);
    x.forEach((value, i) => {
      const [left, top] = place(value, y[i]);
      pen.beginPath();
      pen.arc(left, top, radius, 0, 2 * Math.PI);
      pen.globalAlpha = 0.9;
      pen[hollow ? "strokeStyle" : "fillStyle"] = colours?.[i] ?? colour;
      pen.lineWidth = 1.4;
      if (hollow) pen.stroke();
      else pen.fill();
    });
  }
  return canvas;
}

function dropPreview() {
  document.querySelector(".pm-preview")?.remove();
}

function drawLegend(root, legend) {
  const items = legend.items.map((item) => {
    const node = document.createElement(item.kind ? "button" : "span");
    node.className = "pm-item";
    if (item.kind) {
      node.type = "button";
      node.setAttribute("aria-pressed", String(item.on));
      node.title = item.tip;
      node.addEventListener("click", () => map.send({ kind: item.kind, key: item.key }));
    }
    const swatch = document.createElement("i");
    swatch.className = item.hollow ? "pm-swatch pm-hollow" : "pm-swatch";
    swatch.style.setProperty("--colour", item.colour);
    const name = document.createElement("span");
    name.textContent = item.name;
    const count = document.createElement("small");
    count.textContent = item.count;
    node.append(swatch, name, count);
    return node;
  });
  if (legend.scale) {
    const scale = document.createElement("span");
    scale.className = "pm-scale";
    const bar = document.createElement("i");
    bar.style.background = `linear-gradient(90deg, ${legend.scale.colours.join(", ")})`;
    const ticks = legend.scale.ticks.map((tick) => {
      const node = document.createElement("small");
      node.textContent = tick;
      return node;
    });
    scale.append(bar, ...ticks);
    items.unshift(scale);
  }
  root.replaceChildren(...items);
}
