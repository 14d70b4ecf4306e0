// The map with its legend, and beside it the paper or the papers that were chosen.

class MapPage {
  constructor(app, root) {
    this.app = app;
    this.legend = node("div", { class: "pm-legend", role: "group", "aria-label": "What the colours mean" });
    this.colours = node("select", { "aria-label": "Colour by", onchange: (e) => app.change({ colour: e.target.value }) });
    for (const word of WORDS.colour) this.colours.append(node("option", { value: word }, `Colour: ${word}`));
    this.host = node("div", { class: "pm-map" });
    this.panel = node("aside", { class: "px-panel", "aria-label": "Chosen papers", "aria-live": "polite" });
    root.append(
      node("div", { class: "px-key" }, this.legend, this.colours, pictureMenu((wish) => this.atlas.save(wish))),
      node("div", { class: "px-stage" }, node("div", { class: "px-map" }, this.host), this.panel),
    );
    this.atlas = new Atlas(this.host, (event) => this.heard(event));
    this.atlas.setPoints(app.store.points());
  }

  /** Draw a view, unless `isCurrent` says after a wait that another has been asked for since. */
  async draw(view, rows, isCurrent) {
    const { store, dark } = this.app;
    const palette = store.palettes[dark ? "dark" : "light"];
    this.colours.value = view.colour;
    // The atlas itself lights up what lies in the span of time.
    const whole = view.since || view.until ? await store.rows({ ...view, since: "", until: "" }) : rows;
    if (!isCurrent()) return;
    const { codes, looks } = store.paint(view, whole, dark);
    const legend = this.legendOf(view, rows);
    drawLegend(this.legend, legend, (event) => this.heard(event));
    await this.drawPanel(view, rows, isCurrent);
    if (!isCurrent()) return;
    const counts = store.counted(whole, "topic");
    const labels = store.topics
      .map(({ id, name, parent }, at) => ({ id, number: at, name, parent, count: counts.get(at) ?? 0 }))
      .filter((label) => label.count)
      .sort((a, b) => b.count - a.count);
    const groups = store.groups
      .map(({ id, name, parent, topics }) => ({ id, name, parent, count: topics.reduce((sum, at) => sum + (counts.get(at) ?? 0), 0) }))
      .filter((group) => group.count)
      .sort((a, b) => b.count - a.count);
    const at = view.at?.split(",").map(Number);
    this.atlas.setScene({
      codes,
      looks,
      labels,
      groups,
      size: store.markerSize,
      shade: "soft",
      ink: palette.ink,
      background: palette.background,
      selected: view.paper === null ? null : store.rowOf.get(view.paper),
      area: cornersOf(view.area) ?? [],
      time: store.months.length && store.months[0] !== store.months[1] ? { since: view.since, until: view.until, grain: store.grain } : null,
      legend,
      picture: this.pictureOf(view, rows),
      camera: at ? { x: at[0], y: at[1], span: at[2] } : null,
      said: `Map of ${this.app.summary(rows)}. Arrow keys move it, plus and minus zoom, 0 shows all of it. The same papers are a list on the page Papers.`,
    });
  }

  /** What stands around a picture of the map. */
  pictureOf(view, rows) {
    const { name: title, readOn } = this.app.store;
    const file = `${title.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "") || "map"}-map`;
    const summary = `${this.app.summary(rows)}, coloured by ${view.colour}; near means alike in wording`;
    return { title, summary, source: `as of ${readOn} · made with Papermap`, file };
  }

  legendOf(view, rows) {
    const { store, dark } = this.app;
    const palette = store.palettes[dark ? "dark" : "light"];
    const clustered = rows.filter((row) => store.papers.topic[row] >= 0);
    const items = [];
    let scale = null;
    if (view.colour === "theme") {
      const counts = store.counted(clustered, "theme");
      store.themes.forEach((theme, at) => {
        if (!theme.size) return;
        const on = !view.themes.length || view.themes.includes(theme.name);
        const tip = `Show only papers of ${theme.name}; click again for all`;
        items.push({ kind: "theme", key: theme.name, name: theme.name, colour: store.colourOf(theme, dark), count: number(counts.get(at) ?? 0), on, tip });
      });
    } else if (view.colour === "date" && store.said.length) {
      scale = { ticks: store.ticks, colours: palette.ramp };
    }
    const free = rows.length - clustered.length;
    if (store.unclustered) {
      items.push({ kind: "unclustered", key: "unclustered", name: "unclustered", colour: palette.grey, hollow: true, count: number(free), on: !view.hide_unclustered, tip: "Show or hide the papers in no topic" });
    }
    return { items, scale };
  }

  heard(event) {
    const { app } = this;
    const { view, store } = app;
    if (event.kind === "paper") app.change({ paper: store.papers.id[event.row] });
    else if (event.kind === "topic") app.go({ page: "topic", id: event.id, paper: null, area: null, at: null });
    else if (event.kind === "area") {
      const area = event.outline.map(([x, y]) => `${x.toFixed(3)},${y.toFixed(3)}`).join(" ");
      app.change({ area, paper: null });
    } else if (event.kind === "camera") {
      const { camera } = event;
      app.note({ at: camera ? [camera.x, camera.y, camera.span].map((v) => v.toFixed(6)).join() : null });
    } else if (event.kind === "unclustered") app.change({ hide_unclustered: !view.hide_unclustered });
    else if (event.kind === "period") app.change({ since: event.since ?? "", until: event.until ?? "" });
    else if (event.kind === "theme") {
      const rest = view.themes.filter((name) => name !== event.key);
      app.change({ themes: rest.length < view.themes.length ? rest : [...view.themes, event.key] });
    }
  }

  async drawPanel(view, rows, isCurrent) {
    const { store } = this.app;
    this.panel.hidden = view.paper === null && view.area === null;
    if (view.paper !== null) {
      const row = store.rowOf.get(view.paper);
      const abstract = await store.abstract(row);
      if (!isCurrent()) return;
      this.panel.replaceChildren(
        this.closer({ paper: null }),
        node("h2", { class: "pm-paper-title" }, node("a", { href: hashOf(view, { page: "paper", id: view.paper, paper: null }) }, apart(store.title(row)))),
        node("div", { class: "pm-facts" }, apart(factsOf(store, row))),
        placeOf(this.app, row),
        node("p", { class: "pm-panel-abstract" }, apart(abstract || "The file holds no abstract of it.")),
        node("div", { class: "px-links" }, linksOf(store, row)),
      );
    } else if (view.area !== null) {
      const outline = cornersOf(view.area);
      const chosen = rows.filter((row) => inside(outline, store.places.x[row], store.places.y[row]));
      this.panel.replaceChildren(
        this.closer({ area: null }),
        node("h2", {}, `${count(chosen.length, "paper")} in the selection`),
        paperList(this.app, chosen, { first: 60 }),
      );
    } else this.panel.replaceChildren();
  }

  closer(changes) {
    const made = node("button", { type: "button", class: "px-close", "aria-label": "Close", onclick: () => this.app.change(changes) }, "×");
    return made;
  }
}
