// A picture of what is on the screen, for slides and print: laid out once as shapes, which one pen
// writes as SVG with real text and another draws on a canvas of any resolution.

const PICTURE_FONT = '"Source Sans", "Source Sans 3", "Source Sans Pro", system-ui, sans-serif';
const PICTURE_MARGIN = 24;
/** Parts in which the points are drawn, so that no colour lies on all the others. */
const TURNS = 8;
/** Largest side of a canvas, and most pixels on it, that browsers agree on. */
const MOST_SIDE = 16000;
const MOST_PIXELS = 9e7;

/**
 * The shapes of a picture.
 *
 * @param {Atlas} atlas whose view it is of
 * @param {object} told `title`, `summary` and `source` to stand around the map, and the `legend`
 * @returns {object} `width`, `height`, `background`, `title` and `shapes`, each a `kind` with what it
 *   takes: `path` (`d`; `fill`, or `stroke` of a `width`; `alpha`), `text`, `bar`, and `clip` around
 *   other shapes
 */
export function layOut(atlas, { title, summary, source, legend }) {
  const style = getComputedStyle(atlas.host);
  const tone = (name) => style.getPropertyValue(`--pm-${name}`).trim();
  const [ink, muted, background] = [tone("ink"), tone("muted"), atlas.scene.background];
  const [left, width] = [PICTURE_MARGIN, atlas.frame.width];
  const shapes = [];
  const say = (text, x, y, more = {}) =>
    shapes.push({ kind: "text", text, x, y, size: 14, weight: 400, colour: ink, anchor: "start", ...more });
  let top = PICTURE_MARGIN + 20;
  say(fitting(title, width, 24), left, top, { size: 24, weight: 700 });
  top += 24;
  say(fitting(summary, width, 15), left, top, { size: 15, colour: muted });
  top += 14;
  const sizes = legend.sizes && sizesOf(legend.sizes, atlas.pointSize);
  const key = keyOf({ ...legend, sizes }, { left, top, width, ink, muted });
  shapes.push(...key.shapes);
  top += key.height + 8;
  shapes.push({ kind: "clip", x: left, y: top, width, height: atlas.frame.height, shapes: mapShapes(atlas, left, top, tone) });
  top += atlas.frame.height + 24;
  say(fitting(source, width, 12.5), left, top, { size: 12.5, colour: muted });
  return { width: width + 2 * left, height: top + PICTURE_MARGIN - 6, background, title: `${title}: ${summary}`, shapes };
}

const measuring = { pen: null };

function textWidth(text, size, weight = 400) {
  measuring.pen ??= document.createElement("canvas").getContext("2d");
  measuring.pen.font = `${weight} ${size}px ${PICTURE_FONT}`;
  return measuring.pen.measureText(text).width;
}

function fitting(text, width, size) {
  const letters = [...text];
  if (textWidth(text, size, 700) <= width) return text;
  while (letters.length && textWidth(`${letters.join("")}…`, size, 700) > width) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}

/** The legend: a scale of colours, then a dot and a name for each colour, in rows. */
function keyOf({ items, scale, sizes }, { left, top, width, ink, muted }) {
  const shapes = [];
  let [x, y] = [left, top + 18];
  const word = (text, at, line, more = {}) =>
    shapes.push({ kind: "text", text, x: at, y: line, size: 14, weight: 400, colour: ink, anchor: "start", ...more });
  const bar = (held) => {
    const wide = textWidth(held.name, 14, 600) + 12;
    word(held.name, x, y, { weight: 600 });
    shapes.push({ kind: "bar", x: x + wide, y: y - 12, width: BAR, height: 8, colours: held.colours });
    const ticks = placedTicks(held.ticks);
    for (const { text, left: at, anchor, mark } of ticks) {
      word(text, x + wide + at, y + 10, { size: 12, colour: muted, anchor });
      if (mark !== null) shapes.push({ kind: "path", d: `M${tenth(x + wide + mark)} ${y - 14}v12`, stroke: ink, width: 2, alpha: 1 });
    }
    x += wide + BAR + 28;
  };
  if (scale) bar(scale);
  const shown = items.filter((item) => item.on !== false && item.count !== "0");
  for (const { name, colour, hollow, count } of shown) {
    const said = fitting(name, Math.max(60, width - 120), 14);
    const wide = 20 + textWidth(said, 14) + 6 + textWidth(count, 12) + 20;
    if (x + wide > left + width && x > left) [x, y] = [left, y + 24];
    shapes.push(dots([[x + 6, y - 5]], { colour, alpha: 1, size: hollow ? 9.5 : 11.5, ring: hollow }));
    word(said, x + 20, y);
    word(count, x + 26 + textWidth(said, 14), y, { size: 12, colour: muted });
    x += wide;
  }
  for (const { name, steps } of sizes ? [sizes] : []) {
    const wide = textWidth(name, 14, 600) + 12 + steps.reduce((sum, step) => sum + step.size + 14 + textWidth(step.text, 12), 0);
    if (x + wide > left + width && x > left) [x, y] = [left, y + 26];
    word(name, x, y, { weight: 600 });
    x += textWidth(name, 14, 600) + 12;
    for (const { text, size } of steps) {
      shapes.push(dots([[x + size / 2, y - 5]], { colour: muted, alpha: 1, size }));
      word(text, x + size + 5, y, { size: 12, colour: muted });
      x += size + 14 + textWidth(text, 12);
    }
  }
  return { shapes, height: shapes.length ? y - top + 10 : 0 };
}

function sizesOf({ name, steps }, size) {
  return { name, steps: steps.map(({ text, factor }) => ({ text, size: size * factor })) };
}

/** What is on the map: shades, points, marks and names. */
function mapShapes(atlas, left, top, tone) {
  const { scene, overlay } = atlas;
  const ink = tone("ink");
  const shapes = [...shadeShapes(atlas, left, top), ...pointShapes(atlas, left, top)];
  for (const line of overlay.lines.querySelectorAll(".pm-leader")) {
    const [x1, y1, x2, y2] = ["x1", "y1", "x2", "y2"].map((name) => Number(line.getAttribute(name)));
    shapes.push({ kind: "path", d: `M${tenth(left + x1)} ${tenth(top + y1)}L${tenth(left + x2)} ${tenth(top + y2)}`, stroke: ink, width: 1, alpha: 0.35 });
  }
  if (scene.area.length) {
    const corners = scene.area.map(([x, y]) => atlas.places.place(x, y)).map(([x, y]) => `${tenth(left + x)} ${tenth(top + y)}`);
    shapes.push({ kind: "path", d: `M${corners.join("L")}Z`, stroke: tone("accent"), width: 1.5, alpha: 1 });
  }
  if (scene.selected !== null && scene.selected !== undefined) {
    const [x, y] = atlas.places.place(atlas.points.x[scene.selected], atlas.points.y[scene.selected]);
    shapes.push(dots([[left + x, top + y]], { colour: ink, alpha: 1, size: atlas.sizeOf(scene.selected) + 10, ring: true }));
  }
  for (const name of overlay.present()) shapes.push(...nameShapes(name, atlas, left, top, ink));
  return shapes;
}

function nameShapes(node, atlas, left, top, colour) {
  const frame = atlas.host.getBoundingClientRect();
  const box = node.getBoundingClientRect();
  const { fontSize, fontWeight, lineHeight } = getComputedStyle(node);
  const lines = [...node.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE).map((child) => child.data);
  const [size, step] = [Number.parseFloat(fontSize), Number.parseFloat(lineHeight)];
  const first = box.y - frame.y + (box.height - step * lines.length) / 2;
  const more = { kind: "text", size, weight: Number(fontWeight), colour, anchor: "middle", halo: atlas.scene.background };
  const x = left + box.x - frame.x + box.width / 2;
  return lines.map((text, i) => ({ ...more, text, x, y: top + first + step * (i + 0.5) + size * 0.34 }));
}

/** The areas where papers are many. */
function shadeShapes(atlas, left, top) {
  const { areas, scene, places, shadeAlpha: alpha } = atlas;
  if (!areas || alpha <= 0) return [];
  const pathOf = (outline) => {
    const corners = [];
    for (let i = 0; i < outline.length; i += 2) {
      const [x, y] = places.place(outline[i], outline[i + 1]);
      corners.push(`${tenth(left + x)} ${tenth(top + y)}`);
    }
    return `M${corners.join("L")}Z`;
  };
  return areas.outlines.filter((area) => area.length).map((area) => ({ kind: "path", d: area.map(pathOf).join(""), fill: scene.ink, alpha }));
}

/** The points in sight, in a few turns of one path a look. */
function pointShapes(atlas, left, top) {
  const { points, frame, drawing } = atlas;
  const { place } = atlas.places;
  const shapes = [];
  const part = Math.max(1, Math.ceil(drawing.rows.length / TURNS));
  const line = atlas.edge;
  const paper = atlas.scene.background;
  for (let from = 0; from < drawing.rows.length; from += part) {
    const looks = new Map();
    for (const row of drawing.rows.subarray(from, from + part)) {
      if (drawing.crowd && drawing.crowd[row] >= atlas.mostOfCrowd) continue;
      const [x, y] = place(points.x[row], points.y[row]);
      const size = Math.round(2 * atlas.sizeOf(row)) / 2;
      if (x < -size || y < -size || x > frame.width + size || y > frame.height + size) continue;
      const [r, g, b, a] = drawing.rgba.subarray(4 * row, 4 * row + 4);
      const ring = Boolean(drawing.rings[row]);
      const key = `${r},${g},${b},${a},${size},${ring}`;
      if (!looks.has(key)) looks.set(key, { colour: hexOf(r, g, b), alpha: a / 255, size, ring, places: [] });
      looks.get(key).places.push([left + x, top + y]);
    }
    for (const look of looks.values()) {
      // A disc has an edge in the colour of the page, so that those that touch stay apart.
      if (line && !look.ring && look.alpha > 0.5) shapes.push(dots(look.places, { ...look, colour: paper }));
      shapes.push(dots(look.places, line && !look.ring ? { ...look, size: look.size - 2 * line } : look));
    }
  }
  return shapes;
}

/** Discs as strokes of hardly any length with round ends, rings as circles: one path for all. */
function dots(places, { colour, alpha, size, ring }) {
  if (!ring) {
    const d = places.map(([x, y]) => `M${tenth(x)} ${tenth(y)}h.01`).join("");
    return { kind: "path", d, stroke: colour, width: size, alpha, round: true };
  }
  const r = tenth(Math.max(0.5, size / 2 - 0.65));
  const d = places.map(([x, y]) => `M${tenth(x - r)} ${tenth(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`).join("");
  return { kind: "path", d, stroke: colour, width: 1.3, alpha };
}

function tenth(value) {
  return Math.round(value * 10) / 10;
}

function hexOf(...parts) {
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** A picture as an SVG document. */
export function toSvg({ width, height, background, title, shapes }) {
  const [w, h] = [Math.round(width), Math.round(height)];
  const counter = { clips: 0 };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" role="img" font-family="${safe(PICTURE_FONT.replaceAll('"', "'"))}">`,
    `<title>${safe(title)}</title>`,
    `<rect width="${w}" height="${h}" fill="${background}"/>`,
    ...shapes.map((shape) => svgShape(shape, counter)),
    "</svg>",
  ].join("\n");
}

function svgShape(shape, counter) {
  if (shape.kind === "clip") {
    const id = `map${(counter.clips += 1)}`;
    const { x, y, width, height } = shape;
    return [
      `<clipPath id="${id}"><rect x="${x}" y="${tenth(y)}" width="${width}" height="${height}"/></clipPath>`,
      `<g clip-path="url(#${id})">`,
      ...shape.shapes.map((each) => svgShape(each, counter)),
      "</g>",
    ].join("\n");
  }
  if (shape.kind === "bar") {
    const id = `scale${(counter.clips += 1)}`;
    const { x, y, width, height, colours } = shape;
    const stops = colours.map((colour, i) => `<stop offset="${tenth((100 * i) / (colours.length - 1))}%" stop-color="${colour}"/>`);
    return `<linearGradient id="${id}">${stops.join("")}</linearGradient><rect x="${tenth(x)}" y="${tenth(y)}" width="${width}" height="${height}" rx="4" fill="url(#${id})"/>`;
  }
  if (shape.kind === "path") {
    const { d, fill, stroke, width, alpha, round } = shape;
    const ink = fill
      ? `fill="${fill}" fill-opacity="${thousandth(alpha)}" fill-rule="evenodd"`
      : `fill="none" stroke="${stroke}" stroke-width="${thousandth(width)}" stroke-opacity="${thousandth(alpha)}"${round ? ' stroke-linecap="round"' : ""}`;
    return `<path d="${d}" ${ink}/>`;
  }
  const { text, x, y, size, weight, colour, anchor, halo } = shape;
  const around = halo ? ` stroke="${halo}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"` : "";
  // Where the reader's machine has another font, the text takes the room that it was given here.
  const room = `textLength="${tenth(textWidth(text, size, weight))}" lengthAdjust="spacingAndGlyphs"`;
  return `<text x="${tenth(x)}" y="${tenth(y)}" ${room} font-size="${tenth(size)}" font-weight="${weight}" fill="${colour}" text-anchor="${anchor}"${around}>${safe(text)}</text>`;
}

function thousandth(value) {
  return Math.round(value * 1000) / 1000;
}

/** A text as XML may hold it. */
function safe(text) {
  const kept = String(text).toWellFormed?.() ?? String(text);
  return kept
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, " ")
    .replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);
}

/** A picture on a canvas, so many times as fine as the screen's own; as fine as browsers can. */
export function toCanvas({ width, height, background, shapes }, wanted) {
  const scale = Math.min(wanted, MOST_SIDE / width, MOST_SIDE / height, Math.sqrt(MOST_PIXELS / (width * height)));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  pen.fillStyle = background;
  pen.fillRect(0, 0, width + 1, height + 1);
  for (const shape of shapes) drawShape(pen, shape);
  return canvas;
}

function drawShape(pen, shape) {
  pen.save();
  if (shape.kind === "clip") {
    pen.beginPath();
    pen.rect(shape.x, shape.y, shape.width, shape.height);
    pen.clip();
    for (const each of shape.shapes) drawShape(pen, each);
  } else if (shape.kind === "bar") {
    const fill = pen.createLinearGradient(shape.x, 0, shape.x + shape.width, 0);
    shape.colours.forEach((colour, i) => fill.addColorStop(i / (shape.colours.length - 1), colour));
    pen.fillStyle = fill;
    pen.beginPath();
    pen.roundRect(shape.x, shape.y, shape.width, shape.height, 4);
    pen.fill();
  } else if (shape.kind === "path") {
    pen.globalAlpha = shape.alpha;
    if (shape.fill) {
      pen.fillStyle = shape.fill;
      pen.fill(new Path2D(shape.d), "evenodd");
    } else {
      pen.strokeStyle = shape.stroke;
      pen.lineWidth = shape.width;
      pen.lineCap = shape.round ? "round" : "butt";
      pen.stroke(new Path2D(shape.d));
    }
  } else drawText(pen, shape);
  pen.restore();
}

function drawText(pen, { text, x, y, size, weight, colour, anchor, halo }) {
  pen.font = `${weight} ${size}px ${PICTURE_FONT}`;
  pen.textAlign = { start: "left", middle: "center", end: "right" }[anchor];
  pen.direction = "ltr";
  if (halo) {
    pen.strokeStyle = halo;
    pen.lineWidth = 3;
    pen.lineJoin = "round";
    pen.strokeText(text, x, y);
  }
  pen.fillStyle = colour;
  pen.fillText(text, x, y);
}

/** Hand a picture to the reader as a file: "svg", or "png" so many times as fine as the screen. */
export async function savePicture(atlas, told, { format, scale = 2 }) {
  await document.fonts?.ready;
  const picture = layOut(atlas, told);
  const blob =
    format === "svg"
      ? new Blob([toSvg(picture)], { type: "image/svg+xml" })
      : await new Promise((resolve) => toCanvas(picture, scale).toBlob(resolve, "image/png"));
  const link = element("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${told.file}.${format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
