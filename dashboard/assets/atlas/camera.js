// Where the reader looks: which place of the map lies at which pixel. Pure.
//
// A camera is { x, y, scale }: the place in the middle of the frame, and pixels a unit of the map.
// A frame is { width, height } in pixels; an extent [x0, x1, y0, y1] in units of the map.

/** Deepest view: one pixel is this share of what it is when the whole map is shown. */
const DEEPEST = 150;

/** The camera that shows the whole extent, as large as it goes. */
export function fitCamera([x0, x1, y0, y1], { width, height }) {
  const scale = Math.min(width / (x1 - x0), height / (y1 - y0));
  return { x: (x0 + x1) / 2, y: (y0 + y1) / 2, scale };
}

export function toPixels({ x, y, scale }, { width, height }) {
  return (px, py) => [width / 2 + (px - x) * scale, height / 2 - (py - y) * scale];
}

export function toPlace({ x, y, scale }, { width, height }) {
  return (left, top) => [x + (left - width / 2) / scale, y - (top - height / 2) / scale];
}

/** Zoom by a factor so that the place under a pixel stays under it. */
export function zoomAt(camera, frame, factor, left, top) {
  const [x, y] = toPlace(camera, frame)(left, top);
  const scale = camera.scale * factor;
  return { x: x - (left - frame.width / 2) / scale, y: y + (top - frame.height / 2) / scale, scale };
}

export function panBy({ x, y, scale }, dx, dy) {
  return { x: x - dx / scale, y: y + dy / scale, scale };
}

/** The nearest camera from which some of the map can be seen, neither too near nor too far. */
export function withinReach(camera, extent, frame) {
  const fit = fitCamera(extent, frame).scale;
  const scale = Math.max(fit * 0.6, Math.min(fit * DEEPEST, camera.scale));
  const [x0, x1, y0, y1] = extent;
  return {
    x: Math.max(x0, Math.min(x1, camera.x)),
    y: Math.max(y0, Math.min(y1, camera.y)),
    scale,
  };
}

/** A camera between two: evenly in depth, and straight to the place. */
export function between(from, to, t) {
  const scale = from.scale * (to.scale / from.scale) ** t;
  // What lies ahead moves evenly over the screen only if the place follows the depth.
  const even = Math.abs(to.scale - from.scale) < 1e-9 * to.scale;
  const s = even ? t : (1 - from.scale / scale) / (1 - from.scale / to.scale);
  return { x: from.x + (to.x - from.x) * s, y: from.y + (to.y - from.y) * s, scale };
}
