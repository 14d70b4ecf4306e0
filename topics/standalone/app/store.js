// The map's data as it lies in the file, and what of it a view shows.

const FAINT = 1;
const RAMP_STEPS = 64;

/** Unpack base 64 of gzip of JSON. */
async function inflate(text) {
  const packed = atob(text.trim());
  const raw = new Uint8Array(packed.length);
  for (let i = 0; i < packed.length; i += 1) raw[i] = packed.charCodeAt(i);
  const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

class Store {
  constructor(core, parts) {
    Object.assign(this, core); // see topics/standalone/contents.py
    this.parts = parts; // elements with packed abstracts, `chunk` papers each
    this.unpacked = new Map();
    const { papers } = this;
    this.size = papers.title.length;
    this.rowOf = new Map(papers.id.map((id, row) => [id, row]));
    this.topicOf = new Map(this.topics.map((topic, number) => [topic.id, number]));
    this.groupOf = new Map(this.groups.map((group) => [group.id, group]));
    this.themeOf = new Map(this.themes.map((theme, number) => [theme.name, number]));
    // The first and the last day that a date may mean.
    this.first = this.dates.map((date) => `${date}-01-01`.slice(0, 10));
    this.last = this.dates.map((date) => date + ({ 4: "-12-31", 7: "-31" }[date.length] ?? ""));
    this.places = this.unpackPlaces();
    this.known = { key: null, rows: null };
  }

  unpackPlaces() {
    const [x0, x1, y0, y1] = this.extent;
    const { x, y } = this.papers;
    const scale = (values, low, high) =>
      Float32Array.from(values, (value) => low + (value / 65535) * (high - low));
    return { x: scale(x, x0, x1), y: scale(y, y0, y1) };
  }

  /** The papers as the map draws them. */
  points() {
    const { papers, topics, size } = this;
    const columns = {
      ...this.places,
      topic: Int16Array.from(papers.topic),
      date: Int32Array.from(papers.date, (date) => date + 1),
      titles: papers.title, // tells the atlas that there are titles; `title` below reads them
    };
    const header = {
      id: this.digest,
      extent: this.extent,
      topics: topics.map((topic) => topic.name),
      dates: ["undated", ...this.said],
      months: [null, ...this.first.map((first, at) => [first, this.last[at]].map((day) => monthOf(day)))],
    };
    const points = new Points(header, columns);
    points.title = (row) => (row >= 0 && row < size ? this.title(row) : null);
    return points;
  }

  title(row) {
    return this.papers.title[row] || "Untitled";
  }

  date(row) {
    const date = this.papers.date[row];
    return date < 0 ? "undated" : this.said[date];
  }

  topicName(number) {
    return number < 0 ? "unclustered" : this.topics[number].name;
  }

  colourOf(thing, dark) {
    return dark ? thing.dark : thing.light;
  }

  /** Rows that pass the filters of a view, ascending. */
  async rows(view) {
    const { themes, topics, since, until, text, hide_unclustered: hide } = view;
    const key = JSON.stringify([themes, topics, since, until, text, hide]);
    if (this.known.key === key) return this.known.rows;
    const found = text.trim() ? (await this.search()).find(text) : null;
    const { papers } = this;
    const some = (names, numbers) => new Set(names.map((name) => numbers.get(name)));
    const inThemes = some(themes, this.themeOf);
    // A group means all topics in it.
    const inTopics = new Set(topics.flatMap((id) => this.groupOf.get(id)?.topics ?? [this.topicOf.get(id)]));
    const rows = [];
    for (let row = 0; row < this.size; row += 1) {
      if (themes.length && !inThemes.has(papers.theme[row])) continue;
      if (topics.length && !inTopics.has(papers.topic[row])) continue;
      if (hide && papers.topic[row] < 0) continue;
      const date = papers.date[row];
      if ((since || until) && date < 0) continue;
      if (since && this.last[date] < since) continue;
      if (until && this.first[date].slice(0, until.length) > until) continue;
      if (found && !found.keep[row]) continue;
      rows.push(row);
    }
    this.known = { key, rows, respelled: found?.respelled ?? [] };
    return rows;
  }

  /** Abstract of a paper; null where the file holds none. */
  async abstract(row) {
    if (!this.parts.length) return null;
    const part = await this.part(Math.floor(row / this.chunk));
    return part[row % this.chunk];
  }

  part(number) {
    if (!this.unpacked.has(number)) {
      const unpacking = inflate(this.parts[number].textContent);
      this.unpacked.set(number, unpacking);
      unpacking.catch(() => this.unpacked.delete(number));
    }
    return this.unpacked.get(number);
  }

  /** The search in title, authors and abstract of all papers; built once, however many want it. */
  search() {
    return (this.searching ??= this.buildSearch().catch((error) => {
      this.searching = null; // the next one who asks may have more luck
      throw error;
    }));
  }

  async buildSearch() {
    const abstracts = [];
    for (let i = 0; i < this.parts.length; i += 1) abstracts.push(...(await this.part(i)));
    const { title, authors, named } = this.papers;
    const texts = title.map((one, row) => [one, named[row] ? authors[row] : "", abstracts[row] ?? ""]);
    return new Search(texts);
  }

  /** Words of the view's search that no paper has, and those that stand for them. */
  respelled(view) {
    return view.text.trim() ? (this.known.respelled ?? []) : [];
  }

  /**
   * The groups of topics that have papers, as headings with the topics right under each.
   *
   * @param {Map<number, number>} counts papers of each topic
   */
  sections(counts) {
    const topics = this.topics.map((_, at) => at).filter((at) => counts.get(at));
    topics.sort((a, b) => counts.get(b) - counts.get(a) || a - b);
    if (!this.groups.length) return [{ name: "", depth: 0, topics }];
    const papersOf = (group) => group.topics.reduce((sum, at) => sum + (counts.get(at) ?? 0), 0);
    const inside = (parent) =>
      this.groups
        .filter((group) => group.parent === parent && papersOf(group))
        .sort((a, b) => papersOf(b) - papersOf(a));
    const under = (parent) => topics.filter((at) => this.topics[at].parent === parent);
    const walk = (group, depth) => [
      { name: group.name, depth, topics: under(group.id), papers: papersOf(group), held: group.topics.filter((at) => counts.get(at)).length },
      ...inside(group.id).flatMap((other) => walk(other, depth + 1)),
    ];
    const found = inside(null).flatMap((group) => walk(group, 0));
    const alone = under(null);
    if (alone.length) found.push({ name: "On their own", depth: 0, topics: alone, papers: alone.reduce((sum, at) => sum + counts.get(at), 0), held: alone.length });
    return found;
  }

  /** Names of the groups of a topic, from the top. */
  pathOf(at) {
    const names = [];
    for (let group = this.groupOf.get(this.topics[at].parent); group && names.length < 9; group = this.groupOf.get(group.parent)) {
      names.unshift(group.name);
    }
    return names.join(" › ");
  }

  /** What each paper looks like: a byte a paper, and what the bytes mean. */
  paint(view, rows, dark) {
    const palette = this.palettes[dark ? "dark" : "light"];
    const looks = [null, { colour: palette.grey, hollow: false, faint: true }];
    const numbers = new Map();
    const look = (colour, hollow = false) => {
      const key = `${colour}${hollow}`;
      if (!numbers.has(key)) numbers.set(key, looks.push({ colour, hollow, faint: false }) - 1);
      return numbers.get(key);
    };
    const codes = new Uint8Array(this.size).fill(FAINT);
    const { topic, theme } = this.papers;
    if (view.hide_unclustered) {
      for (let row = 0; row < this.size; row += 1) if (topic[row] < 0) codes[row] = 0;
    }
    const ranks = view.colour === "date" ? this.ranks() : null;
    const ramp = rampOf(palette.ramp);
    for (const row of rows) {
      if (topic[row] < 0) codes[row] = look(palette.grey, true);
      else if (ranks) codes[row] = look(ranks[row] < 0 ? palette.other : ramp[Math.round(ranks[row] * (RAMP_STEPS - 1))]);
      else {
        const byTheme = view.colour === "theme" && theme[row] >= 0;
        const thing = byTheme ? this.themes[theme[row]] : this.topics[topic[row]];
        codes[row] = look(this.colourOf(thing, dark));
      }
    }
    return { codes, looks };
  }

  /** For each paper the share of the papers dated before it; -1 for the undated. */
  ranks() {
    if (this.ranked) return this.ranked;
    const before = new Float64Array(this.dates.length + 1);
    for (const date of this.papers.date) if (date >= 0) before[date + 1] += 1;
    for (let i = 1; i < before.length; i += 1) before[i] += before[i - 1];
    const total = before.at(-1) || 1;
    this.ranked = Float32Array.from(this.papers.date, (date) =>
      date < 0 ? -1 : (before[date] + before[date + 1]) / 2 / total,
    );
    return this.ranked;
  }

  counted(rows, column) {
    const counts = new Map();
    for (const row of rows) counts.set(this.papers[column][row], (counts.get(this.papers[column][row]) ?? 0) + 1);
    return counts;
  }
}

/** A scale of colours, evenly between the given ones. */
function rampOf(colours) {
  const known = colours.map((hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)));
  return Array.from({ length: RAMP_STEPS }, (_, i) => {
    const at = (i / (RAMP_STEPS - 1)) * (known.length - 1);
    const low = Math.min(Math.floor(at), known.length - 2);
    const mixed = known[low].map((part, k) => Math.round(part + (known[low + 1][k] - part) * (at - low)));
    return `#${mixed.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
  });
}
