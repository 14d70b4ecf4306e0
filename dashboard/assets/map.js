// Plotly's figure and the reader's hands on it. It is followed through Plotly's own events.

const TOOLS = [
  ["pan", "Move the map", "M12 3v18M3 12h18M12 3l-3 3M12 3l3 3M12 21l-3-3M12 21l3-3M3 12l3-3M3 12l3 3M21 12l-3-3M21 12l-3 3"],
  ["select", "Select papers in a box", "M5 5h3M11 5h2M16 5h3v3M19 11v2M19 16v3h-3M13 19h-2M8 19H5v-3M5 13v-2M5 8V5"],
  ["lasso", "Select papers with a lasso", "M7 15c-5-2-5-10 5-10s10 8 3 10c-4 1-7-1-8 1s1 3 0 5"],
  ["in", "Zoom in", "M12 6v12M6 12h12"],
  ["out", "Zoom out", "M6 12h12"],
  ["fit", "Show the whole map", "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"],
];
const MODES = ["pan", "select", "lasso"];

export default function draw({ data, parentElement, setTriggerValue }) {
  map.data = data;
  map.send = (event) => setTriggerValue("event", { ...event, at: Date.now() });
  map.bar = parentElement.querySelector(".pm-key-row");
  drawLegend(parentElement.querySelector(".pm-legend"), data.legend);
  if (map.extent !== data.extent.join()) {
    map.extent = data.extent.join();
    map.zoom = null;
    map.offsets.clear();
  }
  map.drawn = null;
  const watch = setInterval(attach, 40);
  attach();
  return () => clearInterval(watch);
}

/** Find the figure; take hold of it again whenever Plotly has made it anew. */
function attach() {
  const gd = document.querySelector(".st-key-pm-map .stPlotlyChart .js-plotly-plot");
  if (!gd?._fullLayout?.xaxis || typeof gd.on !== "function") {
    drawPreview();
    return;
  }
  const overlay = gd.querySelector(".pm-overlay");
  if (gd === map.gd && overlay && gd.papermap) {
    if (map.drawn !== stamp(gd)) refresh(gd);
    return;
  }
  map.gd = gd;
  listen(gd);
  addOverlay(gd);
  map.size = sizeOf(gd);
  if (map.zoom) zoomTo(gd, ...map.zoom);
  else fit(gd);
  refresh(gd);
}

function listen(gd) {
  if (gd.papermap) return;
  gd.papermap = true;
  gd.on("plotly_click", ({ points }) => {
    const row = points[0]?.customdata;
    if (row !== undefined) map.send({ kind: "paper", row });
  });
  gd.on("plotly_selected", (event) => takeSelection(gd, event));
  gd.on("plotly_relayouting", () => {
    const stage = stageOf(gd);
    if (!stage) return;
    moveNames(stage);
    drawMarks(stage);
  });
  gd.on("plotly_relayout", (change) => {
    // Plotly names the ends one by one when the reader has moved the map, not when we have.
    if (change && "xaxis.range[0]" in change) map.zoom = ranges(gd);
  });
  gd.on("plotly_afterplot", () => requestAnimationFrame(() => refresh(gd)));
}

function sizeOf(gd) {
  return `${gd._fullLayout.width}x${gd._fullLayout.height}`;
}

function stamp(gd) {
  return JSON.stringify([sizeOf(gd), ranges(gd), map.data.version]);
}

function ranges(gd) {
  const { xaxis, yaxis } = gd._fullLayout;
  return [xaxis.range.slice(), yaxis.range.slice()];
}

/** The figure as a stage; null while Plotly is making it anew. */
function stageOf(gd) {
  const overlay = gd.querySelector(".pm-overlay");
  if (!overlay || !gd._fullLayout?.xaxis) return null;
  const { width, height, xaxis, yaxis } = gd._fullLayout;
  const place = (x, y) => [xaxis._offset + xaxis.l2p(x), yaxis._offset + yaxis.l2p(y)];
  const find = (left, top) => [xaxis.p2l(left - xaxis._offset), yaxis.p2l(top - yaxis._offset)];
  return { overlay, width, height, place, find };
}

function* placedPoints(gd, place) {
  for (const trace of gd._fullData) {
    for (let i = 0; i < trace._length; i += 1) {
      yield [trace.customdata[i], ...place(trace.x[i], trace.y[i])];
    }
  }
}

function addOverlay(gd) {
  const container = gd.querySelector(".svg-container");
  // Below Plotly's last layer, which holds the hover text.
  const layers = container.querySelectorAll(":scope > svg.main-svg");
  container.insertBefore(newOverlay(), layers[layers.length - 1] ?? null);
  adapt(gd);
}

/** Put the tools where the screen has room for them, and make the points as large as it allows. */
function adapt(gd) {
  addTools(gd, gd.querySelector(".svg-container"));
  gd.papermapSizes ??= gd._fullData.map((trace) => trace.marker.size);
  const factor = pointSize() / map.data.size;
  if (factor === (gd.papermapFactor ?? 1)) return;
  gd.papermapFactor = factor;
  window.Plotly?.restyle(gd, { "marker.size": gd.papermapSizes.map((size) => size * factor) });
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

function toolButton(gd, action, title, path) {
  const button = document.createElement("button");
  button.type = "button";
  button.title = title;
  button.setAttribute("aria-label", title);
  button.dataset.action = action;
  const icon = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
  icon.append(svg("path", { d: path }));
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
  if (gd._fullLayout.dragmode !== mode) window.Plotly?.relayout(gd, { dragmode: mode });
  for (const button of map.tools.querySelectorAll("button")) {
    const { action } = button.dataset;
    if (MODES.includes(action)) button.setAttribute("aria-pressed", String(action === mode));
  }
}

function zoomTo(gd, x, y) {
  window.Plotly?.relayout(gd, { "xaxis.range": x, "yaxis.range": y });
}

function zoomBy(gd, factor) {
  const around = ([low, high]) => {
    const middle = (low + high) / 2;
    return [middle + (low - middle) * factor, middle + (high - middle) * factor];
  };
  map.zoom = ranges(gd).map(around);
  zoomTo(gd, ...map.zoom);
}

/** Show the whole map; says whether that takes a new drawing. */
function fit(gd) {
  const { xaxis, yaxis } = gd._fullLayout;
  const { scale, wanted } = fittedRanges(xaxis._length, yaxis._length);
  const off = ranges(gd).flatMap((range, i) => range.map((end, j) => Math.abs(end - wanted[i][j])));
  map.zoom = null;
  const moves = Math.max(...off) > scale * 2;
  if (moves) zoomTo(gd, ...wanted);
  return moves;
}

function refresh(gd) {
  const stage = stageOf(gd);
  if (!stage) return;
  const resized = map.size !== sizeOf(gd);
  map.size = sizeOf(gd);
  if (resized) {
    adapt(gd);
    if (!map.zoom && fit(gd)) return;
  }
  map.drawn = stamp(gd);
  fadeOthers(gd);
  drawNames({ ...stage, points: placedPoints(gd, stage.place), obstacles: obstacles(gd) });
  drawMarks(stage);
  dropPreview();
}

function obstacles(gd) {
  if (!gd.contains(map.tools)) return [];
  const tools = map.tools.getBoundingClientRect();
  const frame = gd.getBoundingClientRect();
  return [{ x: tools.x - frame.x, y: tools.y - frame.y, w: tools.width, h: tools.height }];
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
function fadeOthers(gd) {
  if (!window.Plotly) return;
  const { area, version } = map.data;
  const key = JSON.stringify([area, version]);
  if (gd.papermapFaded === key || (!area.length && !gd.papermapFaded)) return;
  gd.papermapFaded = key;
  const picked = gd._fullData.map((trace) => {
    if (!area.length) return null;
    const found = [];
    for (let i = 0; i < trace._length; i += 1) if (inside(area, trace.x[i], trace.y[i])) found.push(i);
    return found;
  });
  window.Plotly.restyle(gd, { selectedpoints: picked });
}
