// The bar of time under the map: papers over the months, a span to choose, and a film to play.
// All of it runs on the dates that the points carry; the server hears of a span when it rests.

const FILM = 12000; // milliseconds that a film takes, with many pictures and at the usual speed
const LONGEST_PICTURE = 500;
const SHORTEST_PICTURE = 70;
const REST = 450; // milliseconds after which a span counts as chosen
const NAMES = 380; // at most so often the names are placed anew while a film plays
const SPEEDS = [["0.5", "½ ×"], ["1", "1 ×"], ["2", "2 ×"], ["4", "4 ×"]];
const FILMS = [["growing", "All up to then"], ["window", "Only that time"]];
const ICONS = {
  play: "M8 5v14l11-7z",
  pause: "M8 5v14M16 5v14",
  back: "M18 6l-8 6 8 6zM6 6v12",
  on: "M6 6l8 6-8 6zM18 6v12",
  all: "M6 6l12 12M18 6L6 18",
};

export class TimeBar {
  /**
   * @param {HTMLElement} host of the map; the bar takes up its lower edge
   * @param {object} does `change()` when another span is shown, `names()` when the names should
   *   follow, `tell({since, until})` when it rests, `enter()` when the pointer leaves the map for it
   */
  constructor(host, does) {
    this.host = host;
    this.does = does;
    this.points = this.scene = this.axis = this.span = this.asked = null;
    this.sent = new Set();
    this.growing = true;
    this.node = element("div", "pm-time");
    this.node.hidden = true;
    this.node.setAttribute("role", "group");
    this.node.setAttribute("aria-label", "Time");
    this.build();
    // What happens here is not done to the map.
    for (const kind of ["pointermove", "wheel", "dblclick", "keydown"]) {
      this.node.addEventListener(kind, (event) => event.stopPropagation(), { passive: true });
    }
    this.node.addEventListener("pointerenter", () => does.enter());
    host.append(this.node);
  }

  /** Pixels that the bar takes from the map. */
  get height() {
    return this.node.hidden ? 0 : this.node.offsetHeight;
  }

  get playing() {
    return Boolean(this.film);
  }

  /** Which dates are shown, a byte each; null for all. */
  get mask() {
    return this.shownDates ?? null;
  }

  build() {
    this.playButton = this.tool("play", "Play", () => (this.playing ? this.pause() : this.play()));
    this.backButton = this.tool("back", "One step back", () => this.step(-1));
    this.onButton = this.tool("on", "One step on", () => this.step(1));
    this.filmChoice = this.choice("What a film shows", FILMS, "growing", (value) => this.setGrowing(value === "growing"));
    this.speedChoice = this.choice("Speed", SPEEDS, "1", () => {});
    this.allButton = this.tool("all", "Show all times", () => this.choose(null, { rest: true }));
    const tools = element("div", "pm-time-tools");
    tools.append(this.playButton, this.backButton, this.onButton, this.filmChoice, this.speedChoice);
    this.said = element("div", "pm-time-said");
    this.count = element("span", "pm-time-count");
    this.words = element("span", "pm-time-words");
    this.said.append(this.words, this.count, this.allButton);
    this.status = element("div", "pm-hidden");
    this.status.setAttribute("role", "status");
    this.track = element("div", "pm-time-track");
    this.picture = svg("svg", { class: "pm-time-bars", "aria-hidden": "true", preserveAspectRatio: "none" });
    this.ticks = element("div", "pm-time-ticks");
    this.ticks.setAttribute("aria-hidden", "true");
    this.thumbs = [this.thumb("From", 0), this.thumb("To", 1)];
    this.window = element("div", "pm-time-window");
    this.track.append(this.picture, this.window, ...this.thumbs);
    this.followHands();
    const middle = element("div", "pm-time-middle");
    middle.append(this.track, this.ticks);
    this.node.append(tools, middle, this.said, this.status);
  }

  tool(icon, label, act) {
    const node = button("pm-time-tool", label);
    node.title = label;
    const drawn = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
    drawn.append(svg("path", { d: ICONS[icon] }));
    node.append(drawn);
    node.addEventListener("click", act);
    return node;
  }

  choice(label, options, value, act) {
    const node = element("select", "pm-time-choice");
    node.setAttribute("aria-label", label);
    node.title = label;
    for (const [name, words] of options) {
      const option = element("option", "", words);
      option.value = name;
      node.append(option);
    }
    node.value = value;
    node.addEventListener("change", () => act(node.value));
    return node;
  }

  thumb(label, end) {
    const node = element("div", "pm-time-thumb");
    node.tabIndex = 0;
    node.setAttribute("role", "slider");
    node.setAttribute("aria-label", `${label} month`);
    node.addEventListener("keydown", (event) => this.key(event, end));
    return node;
  }

  setPoints(points) {
    this.pause({ silent: true });
    this.points = points;
    this.scene = this.axis = this.span = this.asked = this.shownDates = null;
    this.told = undefined;
    this.sent.clear();
  }

  /** @param {object} scene with `time`: {since, until, grain} as the address has them; or none */
  setScene(scene) {
    this.scene = scene;
    const { time } = scene;
    if (!time || !this.points?.months) {
      this.shownDates = null;
      this.node.hidden = true;
      return;
    }
    const asked = { since: monthOf(time.since), until: monthOf(time.until) };
    this.take(asked.since === null && asked.until === null ? null : asked);
    this.shownDates = dateMask(this.points.months, this.span);
    this.tally = tallied(scene, this.points, this.mask);
    this.node.hidden = false;
    this.layOut();
  }

  /** Follow the span of the address when it is another than the one last told. */
  take(asked) {
    const key = JSON.stringify(asked);
    const isNew = key !== this.asked;
    this.asked = key;
    const echo = this.sent.has(key) && key !== this.told;
    if (key === this.told) this.sent.clear();
    if (!isNew || key === this.told || echo) return;
    this.pause({ silent: true });
    clearTimeout(this.resting);
    this.told = key;
    this.span = asked;
    if (asked) this.setGrowing(asked.since === null, { quiet: true });
  }

  /** Draw the bars anew, for another width or other papers. */
  layOut() {
    if (!this.scene?.time || this.node.hidden) return;
    const width = this.track.clientWidth;
    this.axis = timeAxis(this.points.months, this.tally.dates, this.scene.time.grain, width);
    this.node.hidden = !this.axis;
    if (!this.axis) return;
    this.drawBars(width, this.track.clientHeight);
    this.drawTicks(width);
    this.drawSpan();
  }

  drawBars(width, height) {
    const { bars, from, to, size } = this.axis;
    const most = Math.max(...bars);
    const unit = (size / (to - from + 1)) * width;
    const gap = unit > 6 ? 1 : unit > 3 ? 0.5 : 0;
    const d = bars
      .map((held, i) => {
        if (!held) return "";
        const h = Math.max(1.5, (held / most) * (height - 3));
        return `M${(i * unit).toFixed(2)} ${height}v${-h.toFixed(2)}h${(unit - gap).toFixed(2)}v${h.toFixed(2)}z`;
      })
      .join("");
    this.picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.picture.replaceChildren(svg("path", { d, class: "pm-time-all" }), svg("path", { d, class: "pm-time-lit" }));
  }

  drawTicks(width) {
    const { from, to } = this.axis;
    const months = to - from + 1;
    const years = [];
    for (let month = from + ((12 - (from % 12)) % 12); month <= to; month += 12) years.push(month);
    const step = Math.ceil((years.length * 44) / Math.max(width, 1));
    const shown = years.filter((_, i) => i % Math.max(1, step) === 0);
    // Few years leave room for their quarters.
    const quarters = [];
    if ((width / months) * 3 > 58) for (let month = from; month <= to; month += 3) if (month % 3 === 0 && month % 12) quarters.push(month);
    const at = (month, words) => {
      const node = element("span", "", words);
      node.style.left = `${(100 * (month - from)) / months}%`;
      return node;
    };
    this.ticks.replaceChildren(
      ...shown.filter((month) => ((to - month + 1) / months) * width > 26).map((month) => at(month, monthNamed(month, 12))),
      ...quarters.filter((month) => ((to - month + 1) / months) * width > 26).map((month) => at(month, monthNamed(month, 3).slice(0, 2))),
    );
  }

  drawSpan() {
    const { axis, span } = this;
    const [from, to] = spanOn(span, axis);
    const months = axis.to - axis.from + 1;
    const [left, right] = [(100 * (from - axis.from)) / months, (100 * (to + 1 - axis.from)) / months];
    this.window.style.left = `${left}%`;
    this.window.style.width = `${right - left}%`;
    this.picture.lastChild.style.clipPath = `inset(0 ${100 - right}% 0 ${left}%)`;
    this.node.classList.toggle("pm-time-whole", !span);
    this.thumbs.forEach((thumb, end) => {
      const month = end ? to : from;
      thumb.style.left = `${end ? right : left}%`;
      thumb.setAttribute("aria-valuemin", String(axis.from));
      thumb.setAttribute("aria-valuemax", String(axis.to));
      thumb.setAttribute("aria-valuenow", String(month));
      thumb.setAttribute("aria-valuetext", monthNamed(month));
    });
    let lit = 0;
    for (const held of this.tally.kinds.values()) lit += held;
    this.words.textContent = span ? spanNamed([from, to]) : "All times";
    const left_out = span ? this.axis.undated : 0;
    const undated = left_out ? `, ${left_out.toLocaleString("en")} undated left out` : "";
    this.count.textContent = `${lit.toLocaleString("en")} ${lit === 1 ? "paper" : "papers"}`;
    this.count.title = left_out ? `${left_out.toLocaleString("en")} undated papers are in no span of time` : "";
    this.count.classList.toggle("pm-time-partly", Boolean(left_out));
    this.allButton.hidden = !span;
    this.backButton.disabled = !span || from <= axis.from && (this.growing ? to - axis.size < axis.from : true);
    this.onButton.disabled = Boolean(span) && to >= axis.to;
    this.sentence = `${this.words.textContent}: ${this.count.textContent}${undated}.`;
  }

  /** Show another span of months, null for all. */
  choose(months, { rest = false, playing = false } = {}) {
    if (!playing) this.pause({ silent: true });
    this.span = months && boundedSpan(months, this.axis);
    this.shownDates = dateMask(this.points.months, this.span);
    this.tally = tallied(this.scene, this.points, this.mask);
    this.drawSpan();
    this.recountLegend();
    this.does.change();
    this.nameSoon();
    clearTimeout(this.resting);
    if (!playing && !this.held) this.resting = setTimeout(() => this.rest(), rest ? 0 : REST);
  }

  /** The names follow, though not at every picture: a reader could not read them. */
  nameSoon() {
    if (this.naming) return;
    const wait = Math.max(0, NAMES - (performance.now() - (this.namedAt ?? 0)));
    this.naming = setTimeout(() => {
      this.naming = 0;
      this.namedAt = performance.now();
      if (this.host.isConnected) this.does.names();
    }, wait);
  }

  /** Tell the span that is shown now; one without papers is shown, but leads nowhere. */
  rest() {
    this.status.textContent = this.sentence;
    const key = JSON.stringify(this.span);
    if (key === (this.told ?? "null") || (this.span && !this.tally.kinds.size)) return;
    this.told = key;
    this.sent.add(key);
    const { since = null, until = null } = this.span ?? {};
    this.does.tell({ since: monthWritten(since), until: monthWritten(until) });
  }

  /** What the legend counts, while the server has not said it yet. */
  recountLegend() {
    const { kinds } = this.tally;
    for (const item of document.querySelectorAll(".pm-legend [data-look]")) {
      const node = item.querySelector("small");
      if (node) node.textContent = lookCount(kinds, item.dataset.look).toLocaleString("en");
    }
  }

  setGrowing(growing, { quiet = false } = {}) {
    this.growing = growing;
    this.filmChoice.value = growing ? "growing" : "window";
    if (quiet || !this.span) return;
    const [from, to] = spanOn(this.span, this.axis);
    if (growing) this.choose([this.axis.from, to]);
    else if (from === this.axis.from) {
      const [start, end] = firstSpan([this.axis.from, this.axis.to], this.axis, false);
      const size = Math.min(end - start, to - from);
      this.choose([to - size, to]);
    }
  }

  step(way) {
    const { axis, growing } = this;
    const [from, to] = spanOn(this.span, axis);
    if (!this.span) this.choose(firstSpan([from, to], axis, growing));
    else if (growing) this.choose([axis.from, Math.max(axis.from + axis.size - 1, Math.min(axis.to, to + way * axis.size))]);
    else this.choose(movedSpan([from, to], way * axis.size, axis));
  }

  play() {
    const { axis, growing } = this;
    if (!axis) return;
    const shown = spanOn(this.span, axis);
    if (!this.span || shown[1] >= axis.to) this.choose(firstSpan(shown, axis, growing), { playing: true });
    else if (growing && shown[0] > axis.from) this.choose([axis.from, shown[1]], { playing: true });
    this.face("pause", "Pause");
    clearTimeout(this.resting);
    let due = performance.now() + this.pictureTime;
    const turn = (now) => {
      if (!this.host.isConnected) return this.pause({ silent: true });
      if (now >= due) {
        due = now + this.pictureTime;
        const following = nextSpan(spanOn(this.span, this.axis), this.axis, this.growing);
        if (!following) return this.pause();
        this.choose(following, { playing: true });
      }
      this.film = requestAnimationFrame(turn);
    };
    this.film = requestAnimationFrame(turn);
  }

  get pictureTime() {
    const pictures = this.axis.bars.length;
    const usual = Math.max(SHORTEST_PICTURE, Math.min(LONGEST_PICTURE, FILM / pictures));
    return usual / Number(this.speedChoice.value);
  }

  pause({ silent = false } = {}) {
    if (!this.film) return;
    cancelAnimationFrame(this.film);
    this.film = 0;
    this.face("play", "Play");
    if (silent) return;
    this.does.change();
    this.resting = setTimeout(() => this.rest(), 0);
  }

  face(icon, label) {
    this.playButton.setAttribute("aria-label", label);
    this.playButton.title = label;
    this.playButton.querySelector("path").setAttribute("d", ICONS[icon]);
    this.node.classList.toggle("pm-time-playing", icon === "pause");
  }

  key(event, end) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { axis } = this;
    const months = spanOn(this.span, axis);
    const by = { ArrowLeft: -axis.size, ArrowDown: -axis.size, ArrowRight: axis.size, ArrowUp: axis.size, PageDown: -12, PageUp: 12 }[event.key];
    if (event.key === " ") {
      if (!isStill()) this.playing ? this.pause() : this.play();
    } else if (event.key === "Escape") this.choose(null);
    else if (by && event.shiftKey) this.choose(movedSpan(months, by, axis));
    else if (by) this.choose(this.dragged(months, end, months[end] + by));
    else if (event.key === "Home") this.choose(this.dragged(months, end, axis.from));
    else if (event.key === "End") this.choose(this.dragged(months, end, axis.to));
    else return;
    event.preventDefault();
  }

  /** The span with one end elsewhere; it keeps a bar at least. */
  dragged([from, to], end, month) {
    const { axis } = this;
    const least = axis.size - 1;
    const moved = end
      ? [from, Math.max(from + least, Math.min(axis.to, month))]
      : [Math.min(to - least, Math.max(axis.from, month)), to];
    if (moved[0] > axis.from) this.setGrowing(false, { quiet: true });
    return moved;
  }

  /** The first month of the bar at a place of the window. */
  barAt(event) {
    const { left, width } = this.track.getBoundingClientRect();
    const { from, bars, size } = this.axis;
    const bar = Math.floor(((event.clientX - left) / width) * bars.length);
    return from + size * Math.max(0, Math.min(bars.length - 1, bar));
  }

  followHands() {
    let hand = null;
    this.track.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !this.axis) return;
      const months = spanOn(this.span, this.axis);
      const end = this.thumbs.indexOf(event.target);
      const at = this.barAt(event);
      const held = this.span && event.target === this.window;
      hand = { kind: end >= 0 ? "end" : held ? "window" : "new", end, at, months, x: event.clientX, moved: false };
      this.track.setPointerCapture(event.pointerId);
      this.held = true;
      (end >= 0 ? this.thumbs[end] : null)?.focus({ preventScroll: true });
      event.preventDefault();
    });
    this.track.addEventListener("pointermove", (event) => {
      if (!hand) return;
      if (!hand.moved && Math.abs(event.clientX - hand.x) < 3) return;
      hand.moved = true;
      this.choose(this.handed(hand, event));
    });
    const end = (event) => {
      this.held = false;
      if (hand && !hand.moved && hand.kind !== "end" && event.type === "pointerup") {
        // A click on a bar is for its time alone.
        this.setGrowing(false, { quiet: true });
        this.choose([hand.at, hand.at + this.axis.size - 1]);
      } else if (hand) this.resting = setTimeout(() => this.rest(), REST);
      hand = null;
    };
    this.track.addEventListener("pointerup", end);
    this.track.addEventListener("pointercancel", end);
  }

  handed({ kind, end, at, months }, event) {
    const { axis } = this;
    const now = this.barAt(event);
    if (kind === "end") return this.dragged(months, end, end ? now + axis.size - 1 : now);
    if (kind === "window") return movedSpan(months, now - at, axis);
    const [from, to] = [Math.min(at, now), Math.max(at, now) + axis.size - 1];
    if (from > axis.from) this.setGrowing(false, { quiet: true });
    return [from, to];
  }

  dispose() {
    this.pause({ silent: true });
    clearTimeout(this.resting);
    clearTimeout(this.naming);
  }
}
