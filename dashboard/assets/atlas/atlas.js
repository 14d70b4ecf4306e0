// The map itself: points, names and the reader's hands on them. It knows nothing of the server: what
// it is told comes through `setPoints` and `setScene`, what the reader does goes out through `send`.

const TOOLS = [
  ["pan", "Move the map", "M12 3v18M3 12h18M12 3l-3 3M12 3l3 3M12 21l-3-3M12 21l3-3M3 12l3-3M3 12l3 3M21 12l-3-3M21 12l-3 3"],
  ["select", "Select papers in a box", "M5 5h3M11 5h2M16 5h3v3M19 11v2M19 16v3h-3M13 19h-2M8 19H5v-3M5 13v-2M5 8V5"],
  ["lasso", "Select papers with a lasso", "M7 15c-5-2-5-10 5-10s10 8 3 10c-4 1-7-1-8 1s1 3 0 5"],
  ["in", "Zoom in", "M12 6v12M6 12h12"],
  ["out", "Zoom out", "M6 12h12"],
  ["fit", "Show the whole map", "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"],
];
const MODES = ["pan", "select", "lasso"];
const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const MANY = 40000; // papers of which from afar not all are drawn where they crowd
const ROOM_OF_CROWD = 3; // points of a small square from afar
const REACH = 12; // pixels from a point within which it is meant
const USUAL = 64; // factor of a point that is as large as where all are of one size
const FILM_SHADE = 380; // milliseconds that a shade stays while a film plays
const FADED = 0.14; // of points outside of the selection

export class Atlas {
  /**
   * @param {HTMLElement} host to be filled
   * @param {(event: object) => void} send told of `{kind: "paper", row}`, `{kind: "topic", id}`,
   *   `{kind: "area", outline}` and `{kind: "camera", camera}` (null for the whole map)
   */
  constructor(host, send) {
    this.host = host;
    // What comes after moving tells where the reader is: the place itself need not be told before.
    this.send = (event) => {
      if (event.kind !== "camera") {
        clearTimeout(this.telling);
        this.untold = false;
      }
      send(event);
    };
    this.many = MANY;
    this.mode = "pan";
    this.points = this.scene = this.camera = null;
    this.home = true; // the whole map is shown, and stays so when the frame changes
    this.frame = { width: 0, height: 0 };
    this.canvas = element("canvas", "pm-canvas");
    this.shade = element("canvas", "pm-shade");
    this.shade.setAttribute("aria-hidden", "true");
    host.replaceChildren(this.shade, this.canvas);
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application");
    this.canvas.setAttribute("aria-roledescription", "map");
    this.painter = this.newPainter();
    this.overlay = new Overlay(
      host,
      (label) => this.choose(label),
      () => this.canvas.focus({ preventScroll: true }),
    );
    this.addTools();
    if (this.painter.kind === "canvas") this.tellOfCanvas();
    this.time = new TimeBar(host, {
      change: () => this.showSpan(),
      names: () => this.scene && this.drawNames(),
      tell: (span) => send({ kind: "period", ...span }),
      enter: () => this.overlay.point(null),
    });
    this.letGo = followHands(host, this.hands());
    this.keys = (event) => this.key(event);
    host.addEventListener("keydown", this.keys);
    this.watcher = new ResizeObserver(() => this.resize());
    this.watcher.observe(host);
  }

  newPainter() {
    let painter = null;
    try {
      painter = webglPainter(this.canvas);
    } catch {
      // A browser whose WebGL does not work is like one without.
    }
    if (!painter) {
      // A canvas that was once asked for WebGL gives nothing else.
      const plain = this.canvas.cloneNode();
      this.canvas.replaceWith(plain);
      this.canvas = plain;
      return canvasPainter(plain);
    }
    this.canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    this.canvas.addEventListener("webglcontextrestored", () => this.restore());
    return painter;
  }

  /** Say why the map is slower than it could be, until the reader has read it. */
  tellOfCanvas() {
    const note = element("div", "pm-note", "This browser has no WebGL: the map is drawn without it, and moves more slowly. ");
    note.setAttribute("role", "status");
    const close = button("", "Close this note");
    close.textContent = "×";
    close.addEventListener("click", () => note.remove());
    note.append(close);
    this.host.append(note);
  }

  restore() {
    const painter = webglPainter(this.canvas);
    if (!painter) return;
    this.painter = painter;
    if (this.points) painter.places(this.points.x, this.points.y);
    this.update();
  }

  /** Drop what was to be done later. */
  stop() {
    clearTimeout(this.settling);
    clearTimeout(this.telling);
    this.untold = false; // whether the place is still to be told
    cancelAnimationFrame(this.ticket);
    cancelAnimationFrame(this.gliding);
    this.ticket = 0;
  }

  dispose() {
    this.watcher.disconnect();
    this.letGo();
    this.host.removeEventListener("keydown", this.keys);
    this.stop();
    this.time.dispose();
    this.painter.dispose();
    this.host.replaceChildren();
  }

  setPoints(points) {
    this.stop();
    this.points = points;
    this.time.setPoints(points);
    this.overlay.forget();
    this.camera = null;
    this.home = true;
    this.asked = this.told = this.counted = undefined;
    this.sent = new Set(); // cameras told, whose echo may still come
    this.painter.places(points.x, points.y);
    this.scene = null;
  }

  /**
   * @param {object} scene `codes` (a byte a paper: which of `looks`), `looks` ({colour, hollow,
   *   faint}; null hides), `labels` of topics and perhaps `groups` of them (see `layersOf`),
   *   `selected` (row or null), `area` (corners), `size` of a point, perhaps `factors` (a byte
   *   a paper: its diameter in parts of 64 of that),
   *   `shade` ("soft" or none) in the colour `ink`, `background` ("#rrggbb"), `camera` ({x, y, span} or null), `said` (what the map shows),
   *   `legend` and `picture` ({title, summary, source, file}) for a picture of it, and perhaps
   *   `time` (see `TimeBar.setScene`)
   */
  setScene(scene) {
    this.scene = scene;
    this.layers = null;
    this.counted = undefined;
    this.update();
  }

  update() {
    if (!this.points || !this.scene || this.scene.codes.length !== this.points.size) return;
    this.canvas.setAttribute("aria-label", this.scene.said);
    this.time.setScene(this.scene);
    this.measure();
    if (!this.frame.width || !this.frame.height) return;
    this.takeCamera();
    this.recolour();
    this.drawNames();
  }

  /** Follow the camera of the address when it is another than the one last told. */
  takeCamera() {
    const asked = this.scene.camera;
    const key = JSON.stringify(asked);
    const isNew = key !== this.asked;
    this.asked = key;
    // What was told may still be on its way to the address, and what was told before it, too.
    const echo = this.sent.has(key) && key !== this.told;
    if (key === this.told) this.sent.clear();
    if (isNew && key !== this.told && !echo) {
      this.told = key;
      this.home = !asked;
      const scale = asked && Math.min(this.frame.width, this.frame.height) / asked.span;
      this.camera = asked ? { x: asked.x, y: asked.y, scale } : null;
    }
    if (this.home || !this.camera) this.camera = fitCamera(this.points.extent, this.frame);
    this.camera = withinReach(this.camera, this.points.extent, this.frame);
  }

  /** Tell where the reader looks now, as an address would. */
  tellCamera() {
    this.untold = false;
    const { x, y, scale } = this.camera;
    const span = Math.min(this.frame.width, this.frame.height) / scale;
    const round = (value) => Number(value.toFixed(6));
    const camera = this.home ? null : { x: round(x), y: round(y), span: round(span) };
    if (JSON.stringify(camera) === (this.told ?? "null")) return;
    this.told = JSON.stringify(camera);
    this.sent.add(this.told);
    this.send({ kind: "camera", camera });
  }

  shown(row) {
    const look = this.scene.looks[this.scene.codes[row]];
    return Boolean(look) && !look.faint && (!this.time.mask || this.time.mask[this.points.date[row]] === 1);
  }

  recolour() {
    const { codes, looks, area, factors } = this.scene;
    const rgba = new Uint8Array(4 * codes.length);
    const rings = new Uint8Array(codes.length);
    // A ring of few pixels is a blot: among many papers those in no topic are pale discs instead.
    const open = this.scene.size > 5;
    const alpha = ({ faint, hollow, quiet }) => (faint ? 50 : quiet && !hollow ? 130 : hollow && !open ? 110 : 232);
    const tints = looks.map((look) => look && [...rgb(look.colour), alpha(look)]);
    const { x, y } = this.points;
    for (let i = 0; i < codes.length; i += 1) {
      const tint = tints[codes[i]];
      if (!tint) continue;
      rgba.set(tint, 4 * i);
      rings[i] = open && looks[codes[i]].hollow ? 1 : 0;
      if (area.length && !inside(area, x[i], y[i])) rgba[4 * i + 3] *= FADED;
    }
    // At the back what is filtered out, then what is in no topic; the rest in no order.
    const ranks = looks.map((look) => (look ? (look.faint ? 0 : look.hollow || look.quiet ? 1 : 2) : -1));
    this.base = { rgba, rings, rows: drawingOrder(codes, ranks, factors), tints, factors };
    this.largest = factors ? factors.reduce((most, one) => Math.max(most, one), 0) / USUAL : 1;
    this.showSpan();
  }

  /** Light up what lies in the span of time that the reader chose. */
  showSpan() {
    const { painted, counted } = inSpan(this.base, this.scene, this.points, this.time.mask);
    this.counted = counted;
    this.host.dataset.points = String(counted);
    const crowd = this.points.size > this.many ? crowding(this.points.grid, painted.rows) : null;
    this.drawing = { ...painted, crowd };
    this.painter.colours(this.drawing);
    this.findShade();
    this.paint();
  }

  /** Where what is lit lies closely; asked for again only if other papers are. */
  findShade() {
    if (this.scene.shade !== "soft") {
      this.areas = null;
      return;
    }
    const key = `${this.time.span ? JSON.stringify(this.time.span) : ""} ${this.counted}`;
    if (this.areas && this.areas.codes === this.scene.codes && this.areas.key === key) return;
    // A film does not wait for it at every picture.
    const now = performance.now();
    if (this.areas && this.time.playing && now - this.shadedAt < FILM_SHADE) return;
    this.shadedAt = now;
    const outlines = shadeOf(this.points, (row) => this.shown(row));
    this.areas = outlines && { outlines, paths: shadePaths(outlines), codes: this.scene.codes, key };
  }

  /** Diameter of a point in pixels: somewhat larger the nearer the reader is. */
  get pointSize() {
    const size = isNarrow() ? Math.max(3, this.scene.size * 0.72) : this.scene.size;
    // In a crowd the shade tells where papers are many, and the points leave room to see it.
    const room = this.areas && this.isCrowd ? 0.75 : 1;
    // On a very large screen the map is larger, and so are its points.
    const large = Math.max(1, Math.min(1.8, Math.min(this.frame.width, this.frame.height) / 900));
    return room * large * size * Math.max(0.8, Math.min(2.6, this.nearness ** 0.35));
  }

  get shadeAlpha() {
    return (this.isCrowd ? 1.7 : 1) * shadeInk(rgb(this.scene.background), this.nearness);
  }

  /** Points of one small square that are drawn: as many as there is room for, all from near. */
  get mostOfCrowd() {
    return this.drawing?.crowd ? ROOM_OF_CROWD * this.nearness ** 2 : 256;
  }

  /** Width of a disc's edge in the colour of the page, so that those that touch stay apart. */
  get edge() {
    if (this.pointSize > 5) return 1.3;
    // Over a shade such edges would be froth.
    return this.pointSize > 3.4 && !this.areas ? 0.7 : 0;
  }

  /** Diameter of the point of a row in pixels. */
  sizeOf(row) {
    const { factors } = this.scene;
    return factors ? (this.pointSize * factors[row]) / USUAL : this.pointSize;
  }

  get isCrowd() {
    return this.scene.size < 5;
  }

  /** How near the reader is: 1 where the whole map is shown. */
  get nearness() {
    return this.camera.scale / fitCamera(this.points.extent, this.frame).scale;
  }

  get places() {
    return { place: toPixels(this.camera, this.frame), find: toPlace(this.camera, this.frame) };
  }

  measure() {
    const { clientWidth: width, clientHeight } = this.host;
    const height = Math.max(0, clientHeight - this.time.height);
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    if (width === this.frame.width && height === this.frame.height && ratio === this.ratio) return false;
    // What is looked at stays the same however large the map is, as its address says.
    const before = Math.min(this.frame.width, this.frame.height);
    const factor = before ? Math.min(width, height) / before : 0;
    if (this.camera && factor) this.camera = { ...this.camera, scale: this.camera.scale * factor };
    this.frame = { width, height };
    this.ratio = ratio;
    [this.canvas.width, this.canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    [this.shade.width, this.shade.height] = [this.canvas.width, this.canvas.height];
    this.canvas.style.height = this.shade.style.height = `${height}px`;
    this.host.style.setProperty("--pm-time", `${clientHeight - height}px`);
    return true;
  }

  resize() {
    if (!this.points || !this.scene || !this.measure()) return;
    if (!this.frame.width || !this.frame.height) return;
    if (this.counted === undefined) return this.update();
    this.time.layOut();
    this.takeCamera();
    this.paint();
    this.overlay.moveNames(this.places.place);
    this.settle(0);
  }

  /** Paint the points once, at the browser's next picture. */
  ask() {
    if (this.ticket) return;
    this.ticket = requestAnimationFrame(() => {
      this.ticket = 0;
      this.paint();
      this.overlay.moveNames(this.places.place);
    });
  }

  paint() {
    const { camera, frame, ratio } = this;
    const paper = rgb(this.scene.background);
    this.painter.paint({ camera, frame, ratio, size: this.pointSize, line: this.edge, most: this.mostOfCrowd, paper });
    paintShade(this.shade, this.areas?.paths, { camera, frame, ratio, ink: this.scene.ink, alpha: this.shadeAlpha });
    this.drawMarks();
  }

  drawMarks() {
    const { selected, area, mark } = this.scene;
    const spot = selected === null ? null : [this.points.x[selected], this.points.y[selected]];
    const radius = selected === null ? 0 : this.sizeOf(selected) / 2;
    this.overlay.drawMarks({ place: this.places.place, selected: spot, area, radius, mark });
    if (this.drawn) this.overlay.outline(this.outlinePixels(), "pm-area");
  }

  drawNames() {
    const { frame, points } = this;
    const radius = this.pointSize / 2 + 1;
    const shown = (row) => this.shown(row);
    const labels = this.dueNames();
    const obstacles = [this.toolsBox()];
    this.overlay.drawNames({ frame, ...this.places, points, shown, labels, radius, obstacles });
  }

  /** What is named at this depth: papers where few are in sight, else topics or their groups. */
  dueNames() {
    const { points, scene, camera, frame } = this;
    const { find } = this.places;
    const [[left, high], [right, low]] = [find(0, 0), find(frame.width, frame.height)];
    const rows = fewInSight(points, [left, right, low, high], (row) => this.shown(row), this.nearness);
    if (rows) {
      return rows.map((row) => ({ id: `paper ${row}`, kind: "paper", row, name: points.title(row) }));
    }
    this.layers ??= layersOf(points, scene.labels, scene.groups);
    return dueAt(inTime(this.layers, this.time), camera.scale).filter((label) => label.count);
  }

  /** The reader chose a name. */
  choose({ kind, id, row }) {
    if (kind === "topic") this.send({ kind, id });
    else if (kind === "paper") this.send({ kind, row });
    else this.approach(id);
  }

  /** Go to a group of topics, near enough for the names in it. */
  approach(id) {
    const node = this.layers?.nodes.get(id);
    if (!node?.rows.length) return;
    const { x, y, scale } = fitCamera(extentOf(this.points, node.rows), this.frame);
    this.glide({ x, y, scale: Math.max(scale, 1.02 * opensAt(node)) });
  }

  /** Place the names when the map has come to rest, and tell where. */
  settle(wait = 140) {
    clearTimeout(this.settling);
    this.untold = true;
    this.settling = setTimeout(() => {
      if (!this.host.isConnected || !this.scene) return;
      this.drawNames();
      clearTimeout(this.telling);
      this.telling = setTimeout(() => this.host.isConnected && this.tellCamera(), 450);
    }, wait);
  }

  move(camera) {
    this.camera = withinReach(camera, this.points.extent, this.frame);
    this.home = false;
    this.overlay.point(null);
    this.ask();
    this.settle();
  }

  /** Go somewhere so that the reader sees the way. */
  glide(target, { home = false } = {}) {
    const from = this.camera;
    const to = withinReach(target, this.points.extent, this.frame);
    const still = isStill();
    const start = performance.now();
    const step = (now) => {
      const t = still ? 1 : Math.min(1, (now - start) / 240);
      this.move(between(from, to, t * (2 - t)));
      this.home = home && t === 1;
      if (t < 1) this.gliding = requestAnimationFrame(step);
    };
    cancelAnimationFrame(this.gliding);
    step(start);
  }

  zoom(factor, left = this.frame.width / 2, top = this.frame.height / 2) {
    this.move(zoomAt(this.camera, this.frame, factor, left, top));
  }

  zoomGently(factor, left = this.frame.width / 2, top = this.frame.height / 2) {
    this.glide(zoomAt(this.camera, this.frame, factor, left, top));
  }

  fit() {
    this.glide(fitCamera(this.points.extent, this.frame), { home: true });
  }

  nearest(left, top) {
    const [x, y] = this.places.find(left, top);
    const { scale } = this.camera;
    const reach = Math.max(REACH, this.pointSize, (this.pointSize * this.largest) / 2) / scale;
    const radius = this.scene.factors && ((row) => this.sizeOf(row) / 2 / scale);
    const { crowd } = this.drawing;
    const most = this.mostOfCrowd;
    const drawn = (row) => this.shown(row) && !(crowd && crowd[row] >= most);
    return this.points.grid.nearest(x, y, reach, drawn, radius);
  }

  hands() {
    const ready = () => this.camera && this.counted !== undefined;
    return {
      pan: (dx, dy) => {
        cancelAnimationFrame(this.gliding);
        if (ready()) this.move(panBy(this.camera, dx, dy));
      },
      zoom: (factor, left, top) => {
        cancelAnimationFrame(this.gliding);
        if (ready()) this.zoom(factor, left, top);
      },
      settle: () => ready() && this.settle(),
      hover: (left, top, target) => ready() && this.hover(left, top, target),
      leave: () => ready() && this.hover(),
      click: (left, top) => ready() && this.click(left, top),
      doubleClick: (left, top, back) => ready() && this.zoomGently(back ? 0.5 : 2, left, top),
      drawing: () => this.mode !== "pan",
      start: (left, top) => (this.drawn = [[left, top]]),
      draw: (left, top) => this.draw(left, top),
      finish: () => this.finish(),
      cancel: () => this.cancel(),
    };
  }

  hover(left, top, target) {
    const over = left !== undefined && this.mode === "pan" && !target?.closest("button");
    const row = over ? this.nearest(left, top) : -1;
    this.host.classList.toggle("pm-over", row >= 0);
    if (row < 0) return this.overlay.point(null);
    const { points } = this;
    const [x, y] = this.places.place(points.x[row], points.y[row]);
    const topic = points.topics[points.topic[row]] ?? "unclustered";
    const said = { title: points.title(row) ?? "Click to open", facts: `${points.dates[points.date[row]]} · ${topic}` };
    this.overlay.point(said, x, y, this.frame, this.sizeOf(row) / 2);
  }

  click(left, top) {
    if (this.mode !== "pan") return;
    const row = this.nearest(left, top);
    if (row >= 0) this.send({ kind: "paper", row });
  }

  draw(left, top) {
    if (!this.drawn) return;
    if (this.mode === "select") this.drawn = [this.drawn[0], [left, top]];
    else this.drawn.push([left, top]);
    this.drawMarks();
  }

  outlinePixels() {
    if (this.mode !== "select") return this.drawn;
    const [[x0, y0], [x1, y1] = [x0, y0]] = this.drawn;
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
  }

  cancel() {
    this.drawn = null;
    if (this.scene) this.drawMarks();
  }

  finish() {
    if (!this.drawn) return;
    const { find } = this.places;
    const outline = simplify(this.outlinePixels().map(([left, top]) => find(left, top)), 40);
    this.drawn = null;
    this.setMode("pan");
    this.drawMarks();
    if (outline.length > 2) this.send({ kind: "area", outline });
  }

  key(event) {
    if (!this.camera || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = ARROWS[event.key];
    if (step) this.move(panBy(this.camera, step[0] * 80, step[1] * 80));
    else if (event.key === "+" || event.key === "=") this.zoomGently(1.5);
    else if (event.key === "-") this.zoomGently(1 / 1.5);
    else if (event.key === "0" || event.key === "Home") this.fit();
    else if (event.key === "Escape") {
      this.cancel();
      this.setMode("pan");
    } else return;
    event.preventDefault();
  }

  addTools() {
    this.tools = element("div", "pm-tools");
    this.tools.setAttribute("role", "toolbar");
    this.tools.setAttribute("aria-label", "Map tools");
    this.tools.append(...TOOLS.map((tool) => this.toolButton(...tool)));
    this.host.append(this.tools);
    this.setMode("pan");
  }

  toolButton(action, title, path) {
    const node = button("", title);
    node.title = title;
    node.dataset.action = action;
    const icon = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
    icon.append(svg("path", { d: path }));
    node.append(icon);
    node.addEventListener("click", () => {
      if (!this.camera) return;
      if (action === "in") this.zoomGently(1.6);
      else if (action === "out") this.zoomGently(1 / 1.6);
      else if (action === "fit") this.fit();
      else this.setMode(action);
    });
    return node;
  }

  setMode(mode) {
    this.mode = mode;
    this.host.dataset.mode = mode;
    for (const node of this.tools.children) {
      const { action } = node.dataset;
      if (MODES.includes(action)) node.setAttribute("aria-pressed", String(action === mode));
    }
  }

  toolsBox() {
    const tools = this.tools.getBoundingClientRect();
    const frame = this.host.getBoundingClientRect();
    return { x: tools.x - frame.x, y: tools.y - frame.y, w: tools.width, h: tools.height };
  }

  /** Save what is on the screen as a picture; see `savePicture`. */
  save(wish) {
    if (!this.drawing || !this.scene?.picture) return;
    this.drawNames();
    const { legend, picture } = this.scene;
    savePicture(this, { ...picture, legend }, wish);
  }

  /** Where each paper that is shown lies, [row, left, top] in pixels of the host. */
  placed() {
    const found = [];
    const { place } = this.places;
    for (let row = 0; row < this.points.size; row += 1) {
      if (this.shown(row)) found.push([row, ...place(this.points.x[row], this.points.y[row])]);
    }
    return found;
  }
}

function rgb(hex) {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
