// What lies over the points: names, leader lines, the selected paper, the outline of a selection,
// the legend and the tools. It follows Plotly's figure through Plotly's own events.

const SVG = "http://www.w3.org/2000/svg";
const TOOLS = [
  ["pan", "Move the map", "M12 3v18M3 12h18M12 3l-3 3M12 3l3 3M12 21l-3-3M12 21l3-3M3 12l3-3M3 12l3 3M21 12l-3-3M21 12l-3 3"],
  ["select", "Select papers in a box", "M5 5h3M11 5h2M16 5h3v3M19 11v2M19 16v3h-3M13 19h-2M8 19H5v-3M5 13v-2M5 8V5"],
  ["lasso", "Select papers with a lasso", "M7 15c-5-2-5-10 5-10s10 8 3 10c-4 1-7-1-8 1s1 3 0 5"],
  ["in", "Zoom in", "M12 6v12M6 12h12"],
  ["out", "Zoom out", "M6 12h12"],
  ["fit", "Show the whole map", "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"],
];

// One map a page: what must outlive a new run of the script or a new drawing of the figure.
const map = { gd: null, data: null, send: null, offsets: new Map(), zoom: null, mode: "pan" };

export default function draw({ data, parentElement, setTriggerValue }) {
  map.data = data;
  map.send = (event) => setTriggerValue("event", { ...event, at: Date.now() });
  drawLegend(parentElement.querySelector(".pm-legend"), data.legend);
  map.bar = parentElement.querySelector(".pm-key-row");
  if (map.extent !== data.extent.join()) {
    map.extent = data.extent.join();
    map.zoom = null;
    map.offsets.clear();
  }
  map.drawn = null;
  const watch = setInterval(attach, 150);
  attach();
  return () => clearInterval(watch);
}

/** Find the figure; take hold of it again whenever Plotly has made it anew. */
function attach() {
  const gd = document.querySelector(".st-key-pm-map .js-plotly-plot");
  if (!gd?._fullLayout?.xaxis || typeof gd.on !== "function") return;
  const overlay = gd.querySelector(":scope .pm-overlay");
  if (gd === map.gd && overlay && gd.pmMap) {
    if (map.drawn !== stamp(gd)) refresh(gd);
    return;
  }
  map.gd = gd;
  if (!gd.pmMap) {
    gd.pmMap = true;
    gd.on("plotly_click", ({ points }) => {
      const row = points[0]?.customdata;
      if (row !== undefined) map.send({ kind: "paper", row });
    });
    gd.on("plotly_selected", (event) => takeSelection(gd, event));
    gd.on("plotly_relayouting", () => follow(gd));
    gd.on("plotly_relayout", (change) => {
      // Plotly names the ends one by one when the reader has moved the map, not when we have.
      if (change && "xaxis.range[0]" in change) map.zoom = ranges(gd);
    });
    gd.on("plotly_afterplot", () => requestAnimationFrame(() => refresh(gd)));
  }
  addOverlay(gd);
  map.size = sizeOf(gd);
  if (map.zoom) zoomTo(gd, map.zoom[0], map.zoom[1]);
  else fit(gd);
  refresh(gd);
}

function sizeOf(gd) {
  return `${gd._fullLayout.width}x${gd._fullLayout.height}`;
}

function stamp(gd) {
  const { width, height, xaxis, yaxis } = gd._fullLayout;
  return JSON.stringify([width, height, xaxis.range, yaxis.range, map.data.version]);
}

function addOverlay(gd) {
  const container = gd.querySelector(".svg-container");
  const overlay = document.createElement("div");
  overlay.className = "pm-overlay";
  const lines = document.createElementNS(SVG, "svg");
  lines.setAttribute("class", "pm-lines");
  lines.setAttribute("aria-hidden", "true");
  const names = document.createElement("div");
  names.className = "pm-names";
  names.setAttribute("role", "group");
  names.setAttribute("aria-label", "Topics on the map");
  overlay.append(lines, names);
  // Below Plotly's last layer, which holds the hover text.
  const layers = container.querySelectorAll(":scope > svg.main-svg");
  container.insertBefore(overlay, layers[layers.length - 1] ?? null);
  addTools(gd, container);
  shrinkPoints(gd);
}

/** The tools stand beside the legend; on a narrow screen they float over the map. */
function addTools(gd, container) {
  map.tools?.remove();
  map.tools = document.createElement("div");
  map.tools.className = "pm-tools";
  map.tools.setAttribute("role", "toolbar");
  map.tools.setAttribute("aria-label", "Map tools");
  if (window.Plotly) map.tools.append(...TOOLS.map((tool) => toolButton(gd, ...tool)));
  (isNarrow() ? container : map.bar).append(map.tools);
  setMode(gd, map.mode);
}

function isNarrow() {
  return window.innerWidth <= 760;
}

function pointSize() {
  return isNarrow() ? Math.max(3, map.data.size * 0.72) : map.data.size;
}

function shrinkPoints(gd) {
  const factor = pointSize() / map.data.size;
  if (factor === 1 || !window.Plotly) return;
  window.Plotly.restyle(gd, { "marker.size": gd._fullData.map((one) => one.marker.size * factor) });
}

function toolButton(gd, action, title, path) {
  const button = document.createElement("button");
  button.type = "button";
  button.title = title;
  button.setAttribute("aria-label", title);
  button.dataset.action = action;
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", path);
  icon.append(shape);
  button.append(icon);
  button.addEventListener("click", () => {
    if (action === "in") zoomBy(gd, 0.7);
    else if (action === "out") zoomBy(gd, 1 / 0.7);
    else if (action === "fit") fit(gd);
    else setMode(gd, action);
  });
  return button;
}

function setMode(gd, mode) {
  map.mode = mode;
  if (window.Plotly && gd._fullLayout.dragmode !== mode) window.Plotly.relayout(gd, { dragmode: mode });
  for (const button of map.tools.querySelectorAll("button")) {
    if (["pan", "select", "lasso"].includes(button.dataset.action)) {
      button.setAttribute("aria-pressed", String(button.dataset.action === mode));
    }
  }
}

function ranges(gd) {
  const { xaxis, yaxis } = gd._fullLayout;
  return [xaxis.range.slice(), yaxis.range.slice()];
}

function zoomTo(gd, x, y) {
  return window.Plotly?.relayout(gd, { "xaxis.range": x, "yaxis.range": y });
}

function zoomBy(gd, factor) {
  const around = ([low, high]) => {
    const middle = (low + high) / 2;
    return [middle + (low - middle) * factor, middle + (high - middle) * factor];
  };
  const [x, y] = ranges(gd);
  map.zoom = [around(x), around(y)];
  zoomTo(gd, ...map.zoom);
}

/** Show the whole map at one scale for both axes, as large as it goes. */
function fit(gd) {
  if (!window.Plotly) return;
  const [x0, x1, y0, y1] = map.data.extent;
  const { _length: width } = gd._fullLayout.xaxis;
  const { _length: height } = gd._fullLayout.yaxis;
  const scale = Math.max((x1 - x0) / width, (y1 - y0) / height);
  const around = (low, high, size) => [(low + high - scale * size) / 2, (low + high + scale * size) / 2];
  const wanted = [around(x0, x1, width), around(y0, y1, height)];
  const off = ranges(gd).flatMap((range, i) => range.map((end, j) => Math.abs(end - wanted[i][j])));
  map.zoom = null;
  if (Math.max(...off) < scale * 2) return;
  zoomTo(gd, ...wanted);
}

/** Pixels of a place on the map. */
function toPixels(gd, x, y) {
  const { xaxis, yaxis } = gd._fullLayout;
  return [xaxis._offset + xaxis.l2p(x), yaxis._offset + yaxis.l2p(y)];
}

function refresh(gd) {
  const overlay = gd.querySelector(".pm-overlay");
  if (!overlay || !gd._fullLayout?.xaxis) return;
  const resized = map.size !== sizeOf(gd);
  map.size = sizeOf(gd);
  if (resized && !map.zoom) {
    fit(gd);
    return;
  }
  map.drawn = stamp(gd);
  showSelection(gd);
  drawLabels(gd, overlay);
  drawMarks(gd, overlay);
}

/** While the map is being dragged the names stay with their clusters; they are placed anew after. */
function follow(gd) {
  const overlay = gd.querySelector(".pm-overlay");
  if (!overlay) return;
  for (const name of overlay.querySelectorAll(".pm-name")) {
    const [x, y] = toPixels(gd, Number(name.dataset.x), Number(name.dataset.y));
    const at = map.offsets.get(name.dataset.id);
    if (at) name.style.transform = `translate(${x + at.dx - at.w / 2}px, ${y + at.dy - at.h / 2}px)`;
  }
  overlay.querySelectorAll(".pm-leader").forEach((line) => line.remove());
  drawMarks(gd, overlay);
}

function* shownPoints(gd) {
  for (const trace of gd._fullData) {
    if (trace.visible !== true) continue;
    for (let i = 0; i < trace._length; i += 1) yield [trace, i];
  }
}

function drawLabels(gd, overlay) {
  const { width, height } = gd._fullLayout;
  const byTopic = new Map(map.data.labels.map((label) => [label.number, []]));
  const topicOf = map.data.topics;
  const points = [];
  for (const [trace, i] of shownPoints(gd)) {
    const point = toPixels(gd, trace.x[i], trace.y[i]);
    if (point[0] < 0 || point[1] < 0 || point[0] > width || point[1] > height) continue;
    points.push(point);
    byTopic.get(topicOf[trace.customdata[i]])?.push(point);
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
    return [{ id: label.id, points: thin(own), variants: variants(node, label.name, width), previous: map.offsets.get(label.id) }];
  });
  const tools = map.tools.getBoundingClientRect();
  const frame = gd.getBoundingClientRect();
  const obstacles = gd.contains(map.tools)
    ? [{ x: tools.x - frame.x, y: tools.y - frame.y, w: tools.width, h: tools.height }]
    : [];
  const radius = pointSize() / 2 + 1;
  const placed = placeLabels({ width, height, radius, points, labels, obstacles });
  const { xaxis, yaxis } = gd._fullLayout;
  const lines = overlay.querySelector(".pm-lines");
  lines.querySelectorAll(".pm-leader").forEach((line) => line.remove());
  const kept = new Set();
  for (const { id, rect, variant, dx, dy, line } of placed) {
    const node = nodes.get(id);
    fill(node, variant.lines);
    node.style.transform = `translate(${rect.x}px, ${rect.y}px)`;
    node.dataset.x = xaxis.p2l(rect.x + rect.w / 2 - dx - xaxis._offset);
    node.dataset.y = yaxis.p2l(rect.y + rect.h / 2 - dy - yaxis._offset);
    map.offsets.set(id, { dx, dy, w: rect.w, h: rect.h });
    kept.add(id);
    if (line) lines.append(leaderLine(line));
  }
  for (const [id, node] of nodes) if (!kept.has(id)) node.remove();
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

function leaderLine([x1, y1, x2, y2]) {
  const line = document.createElementNS(SVG, "line");
  line.setAttribute("class", "pm-leader");
  Object.entries({ x1, y1, x2, y2 }).forEach(([name, value]) => line.setAttribute(name, value));
  return line;
}

/** The ring around the open paper and the outline of the selection. */
function drawMarks(gd, overlay) {
  const lines = overlay.querySelector(".pm-lines");
  lines.querySelectorAll(".pm-mark").forEach((mark) => mark.remove());
  const { selected, area } = map.data;
  if (area.length) {
    const outline = document.createElementNS(SVG, "polygon");
    outline.setAttribute("class", "pm-mark pm-area");
    outline.setAttribute("points", area.map(([x, y]) => toPixels(gd, x, y).join()).join(" "));
    lines.append(outline);
  }
  if (selected) {
    const [cx, cy] = toPixels(gd, selected[0], selected[1]);
    const r = pointSize() / 2 + 5;
    for (const name of ["pm-halo", "pm-ring"]) {
      const ring = document.createElementNS(SVG, "circle");
      ring.setAttribute("class", `pm-mark ${name}`);
      Object.entries({ cx, cy, r }).forEach(([key, value]) => ring.setAttribute(key, value));
      lines.append(ring);
    }
  }
}

/** A box or lasso that Plotly has finished: its outline goes into the address. */
function takeSelection(gd, event) {
  if (!event?.range && !event?.lassoPoints) return;
  let outline;
  if (event.range) {
    const [[x0, x1], [y0, y1]] = [event.range.x, event.range.y];
    outline = [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
  } else {
    const { x, y } = event.lassoPoints;
    outline = simplify(x.map((value, i) => [value, y[i]]), 40);
  }
  window.Plotly?.relayout(gd, { selections: [] });
  setMode(gd, "pan");
  map.send({ kind: "area", outline });
}

/** Fade the points outside of the selection. */
function showSelection(gd) {
  if (!window.Plotly) return;
  const { area } = map.data;
  const key = JSON.stringify([area, map.data.version]);
  if (gd.pmShown === key || (!area.length && !gd.pmShown)) return;
  gd.pmShown = key;
  const picked = gd._fullData.map((trace) => {
    if (!area.length) return null;
    const found = [];
    for (let i = 0; i < trace._length; i += 1) if (inside(area, trace.x[i], trace.y[i])) found.push(i);
    return found;
  });
  window.Plotly.restyle(gd, { selectedpoints: picked });
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
