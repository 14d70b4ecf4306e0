// Puts it together: the frame with navigation and filters, and the page that the address asks for.

class App {
  constructor(store) {
    this.store = store;
    this.turn = 0;
    this.scheme = window.matchMedia("(prefers-color-scheme: dark)");
    this.chosen = null; // "light" or "dark" where the reader chose
    this.pages = document.getElementById("page");
    this.mapRoot = document.getElementById("map");
    this.live = document.getElementById("count");
    this.about = document.getElementById("about");
    this.buildFrame();
    this.scheme.addEventListener("change", () => this.repaint());
    window.addEventListener("hashchange", () => this.draw());
    this.paintScheme();
  }

  get dark() {
    return this.chosen === null ? this.scheme.matches : this.chosen === "dark";
  }

  paintScheme() {
    document.documentElement.dataset.scheme = this.dark ? "dark" : "light";
    const palette = this.store.palettes[this.dark ? "dark" : "light"];
    for (const name of ["background", "surface", "ink", "muted", "line", "accent"]) {
      document.documentElement.style.setProperty(`--pm-${name}`, palette[name]);
    }
    document.documentElement.style.colorScheme = this.dark ? "dark" : "light";
  }

  repaint() {
    this.paintScheme();
    this.draw({ keepFocus: true });
  }

  hash(changes) {
    return hashOf(this.view, changes);
  }

  /** Another page, which the way back leaves. */
  go(changes) {
    window.location.hash = this.hash(changes);
  }

  /** Another view of the same page. */
  change(changes) {
    const hash = this.hash(changes);
    if (hash === window.location.hash) return;
    window.history.pushState(null, "", hash);
    this.draw({ keepFocus: true });
  }

  /** Keep in the address what the reader did, with nothing to draw. */
  note(changes) {
    window.history.replaceState(null, "", this.hash(changes));
    this.view = viewOf(window.location.hash, this.store);
    this.drawNavigation();
  }

  summary(rows) {
    const { size } = this.store;
    return rows.length === size ? count(size, "paper") : `${number(rows.length)} of ${count(size, "paper")}`;
  }

  async draw({ keepFocus = false } = {}) {
    const turn = (this.turn += 1);
    const isCurrent = () => turn === this.turn;
    this.view = viewOf(window.location.hash, this.store);
    this.drawNavigation();
    this.drawFilters();
    document.body.classList.toggle("px-busy", Boolean(this.view.text));
    const rows = await this.store.rows(this.view);
    if (!isCurrent()) return;
    this.live.textContent = this.summary(rows);
    this.drawRespelled();
    const { page } = this.view;
    this.mapRoot.hidden = page !== "map";
    this.about.hidden = page !== "about";
    this.pages.hidden = page === "map" || page === "about";
    if (page === "map") {
      await this.drawMap(rows, isCurrent);
      if (!isCurrent()) return;
    } else if (!this.pages.hidden) {
      const parts = rows.length || this.view.id ? await this.content(rows) : this.nothing();
      if (!isCurrent()) return;
      this.pages.replaceChildren(...parts.filter(Boolean));
    }
    document.body.classList.remove("px-busy");
    const head = page === "map" ? null : (page === "about" ? this.about : this.pages).querySelector("h1");
    document.title = `${head?.textContent ?? this.store.name} · Papermap`;
    if (!keepFocus && this.drawnOnce && head) {
      window.scrollTo(0, 0);
      head.focus({ preventScroll: true });
    }
    this.drawnOnce = true;
    document.body.dataset.ready = "yes";
  }

  /** Say which words were read otherwise than they were written. */
  drawRespelled() {
    const said = this.store.respelled(this.view).map(([word, spellings]) =>
      spellings.length
        ? `No paper has “${word}”; this is “${spellings.join("”, “")}”.`
        : `No paper has “${word}”.`,
    );
    const list = said.map((text) => node("p", { class: "px-respelled" }, apart(text)));
    document.getElementById("respelled").replaceChildren(...list);
  }

  async drawMap(rows, isCurrent) {
    this.mapPage ??= new MapPage(this, this.mapRoot);
    await this.mapPage.draw(this.view, rows, isCurrent);
  }

  content(rows) {
    const { view, store } = this;
    if (view.page === "trends") return trendsPage(this, rows);
    if (view.page === "paper") return view.id ? paperPage(this, store.rowOf.get(view.id)) : papersPage(this, rows);
    if (view.id === "unclustered") return unclusteredPage(this, rows);
    return view.id ? topicPage(this, store.topicOf.get(view.id)) : topicsPage(this, rows);
  }

  nothing() {
    const reset = node("button", { type: "button", class: "px-button", onclick: () => this.reset() }, "Reset filters");
    return [node("h1", { tabindex: "-1" }, "No paper matches"), node("p", {}, "The filters leave nothing. "), reset];
  }

  reset() {
    this.change(Object.fromEntries(FILTERS.map((name) => [name, NOTHING[name]])));
  }

  drawNavigation() {
    const items = Object.entries(PAGES).map(([page, label]) => {
      const current = this.view.page === page && !this.view.id ? "page" : this.view.page === page ? "true" : null;
      return node("a", { href: this.hash({ page, id: null }), "aria-current": current }, label);
    });
    document.getElementById("nav").replaceChildren(...items);
  }

  buildFrame() {
    const { store } = this;
    // On a phone the papers come first.
    const side = document.querySelector(".px-side");
    side.open = !isNarrow();
    window.matchMedia("(max-width: 760px)").addEventListener("change", () => (side.open = !isNarrow()));
    const form = document.getElementById("filters");
    const field = (label, input) => {
      input.id = `px-${label.toLowerCase()}`;
      return node("div", { class: "px-field" }, node("label", { for: input.id }, label), input);
    };
    this.text = node("input", { type: "search", maxlength: LONGEST, placeholder: store.parts.length ? "Words in title, abstract, authors" : "Words in title or authors" });
    let wait = 0;
    this.text.addEventListener("input", () => {
      clearTimeout(wait);
      wait = setTimeout(() => this.change({ text: this.text.value.trim() }), 250);
    });
    this.themes = node("div", { class: "px-checks", role: "group", "aria-label": "Themes" });
    this.topics = node("select", { onchange: () => this.change({ topics: this.topics.value ? [this.topics.value] : [] }) });
    const option = ({ id, name }, papers) => node("option", { value: id }, `${name} (${number(papers)})`);
    const held = (group) => group.topics.reduce((sum, at) => sum + store.topics[at].size, 0);
    const groups = store.groups.map((group) => option(group, held(group)));
    const single = store.topics.map((topic) => option(topic, topic.size));
    this.topics.append(node("option", { value: "" }, "All topics"));
    if (groups.length) this.topics.append(node("optgroup", { label: "Groups of topics" }, groups), node("optgroup", { label: "Topics" }, single));
    else this.topics.append(...single);
    const months = { min: store.months[0], max: store.months[1], type: "month", pattern: "\\d{4}-\\d{2}", placeholder: "YYYY-MM" };
    const dated = (name) => node("input", { ...months, onchange: (e) => (!e.target.value || MONTH.test(e.target.value)) && this.change({ [name]: e.target.value }) });
    [this.since, this.until] = [dated("since"), dated("until")];
    this.hide = node("input", { type: "checkbox", onchange: () => this.change({ hide_unclustered: this.hide.checked }) });
    this.resetButton = node("button", { type: "button", class: "px-button", onclick: () => this.reset() }, "Reset filters");
    form.append(
      field("Search", this.text),
      store.themes.length ? node("fieldset", {}, node("legend", {}, "Themes"), this.themes) : "",
      field("Topic", this.topics),
      ...(store.months.length ? [node("div", { class: "px-span" }, field("From", this.since), field("To", this.until))] : []),
      node("label", { class: "px-check" }, this.hide, node("span", {}, "Hide unclustered papers")),
      this.resetButton,
    );
    // The hash is the view's: the link must not become one.
    document.querySelector(".px-skip").addEventListener("click", (event) => {
      event.preventDefault();
      document.getElementById("main").focus();
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    document.getElementById("scheme").addEventListener("click", () => {
      this.chosen = this.dark ? "light" : "dark";
      this.repaint();
    });
  }

  drawFilters() {
    const { view, store } = this;
    if (document.activeElement !== this.text) this.text.value = view.text;
    this.topics.value = view.topics.length === 1 ? view.topics[0] : "";
    [this.since.value, this.until.value] = [view.since, view.until];
    this.hide.checked = view.hide_unclustered;
    this.resetButton.hidden = !isFiltered(view);
    const held = document.activeElement?.value;
    const inThemes = this.themes.contains(document.activeElement);
    this.themes.replaceChildren(
      ...store.themes.filter((theme) => theme.size).map((theme) => {
        const box = node("input", { type: "checkbox", value: theme.name });
        box.checked = view.themes.includes(theme.name);
        box.addEventListener("change", () => {
          const rest = this.view.themes.filter((name) => name !== theme.name);
          this.change({ themes: box.checked ? [...rest, theme.name] : rest });
        });
        return node("label", { class: "px-check", title: theme.description }, box, dot(store.colourOf(theme, this.dark)), node("span", {}, apart(theme.name)), node("small", {}, number(theme.size)));
      }),
    );
    if (inThemes) [...this.themes.querySelectorAll("input")].find((box) => box.value === held)?.focus();
  }
}

async function begin() {
  const core = await inflate(document.getElementById("data").textContent);
  const store = new Store(core, [...document.querySelectorAll("script.abstracts")]);
  await new App(store).draw();
}

begin().catch((error) => {
  const said = typeof DecompressionStream === "undefined" ? "This browser is too old to open the file: it needs one of 2023 or newer." : `The map could not be opened: ${error.message}`;
  document.getElementById("count").textContent = said;
});
