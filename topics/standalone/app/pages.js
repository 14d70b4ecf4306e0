// The pages beside the map: trends, topics, papers.

function factsOf(store, row) {
  const { authors, comments, upvotes } = store.papers;
  const said = [authors[row], store.date(row)];
  if (upvotes[row]) said.push(count(upvotes[row], "upvote"));
  if (comments[row]) said.push(count(comments[row], "comment"));
  return said.map((part) => part.slice(0, 1).toUpperCase() + part.slice(1)).join(" · ");
}

/** Where to read a paper, or to look for it. */
function linksOf(store, row) {
  if (!store.papers.links[row].length && store.papers.title[row]) {
    const asked = encodeURIComponent(store.papers.title[row]);
    return [
      outside("Search arXiv", `https://arxiv.org/search/?query=${asked}&searchtype=title&source=header`),
      outside("Search Google Scholar", `https://scholar.google.com/scholar?q=${asked}`),
    ];
  }
  return store.papers.links[row].map(([site, address]) => outside(store.sites[site], address));
}

/** A cosine in hundredths as a reader meets it. */
function cosineIn(hundredths) {
  return (hundredths / 100).toFixed(2).replace("-", "−");
}

function topicLink(app, at, label) {
  const id = at < 0 ? "unclustered" : app.store.topics[at].id;
  return node("a", { href: app.hash({ page: "topic", id, paper: null, area: null, at: null }) }, apart(label ?? app.store.topicName(at)));
}

function paperLink(app, row) {
  const { store } = app;
  return node("a", { href: app.hash({ page: "paper", id: store.papers.id[row], paper: null }) }, apart(store.title(row)));
}

/** Topic and theme of a paper. */
function placeOf(app, row) {
  const { store, dark } = app;
  const { topic, theme, nearest } = store.papers;
  const parts = [];
  if (theme[row] >= 0) parts.push(dot(store.colourOf(store.themes[theme[row]], dark)), node("span", { class: "pm-theme" }, store.themes[theme[row]].name), " · ");
  parts.push(topicLink(app, topic[row]));
  if (topic[row] < 0 && nearest[row] >= 0) parts.push(" · nearest topic: ", topicLink(app, nearest[row]));
  const also = (store.papers.also[row] ?? []).filter(([at]) => topic[row] >= 0 || at !== nearest[row]);
  also.forEach(([at, likely], i) => parts.push(i ? ", " : " · also near: ", topicLink(app, at), ` ${likely} %`));
  return node("div", { class: "pm-sub" }, parts);
}

/** Papers as a list, so many at first and more at a click. */
function paperList(app, rows, { first = 100 } = {}) {
  const list = node("ul", { class: "px-papers" });
  const more = node("button", { type: "button", class: "px-button" });
  const box = node("div", {}, list, more);
  let shown = 0;
  const add = () => {
    const next = rows.slice(shown, shown + first);
    list.append(...next.map((row) => node("li", {}, paperLink(app, row), node("div", { class: "pm-sub" }, apart(factsOf(app.store, row))))));
    shown += next.length;
    more.textContent = `Show more (${number(rows.length - shown)} left)`;
    more.hidden = shown >= rows.length;
  };
  more.addEventListener("click", () => {
    const at = shown;
    add();
    list.children[at]?.querySelector("a").focus();
  });
  add();
  return box;
}

const ORDERS = {
  newest: ["Newest first", (store) => (a, b) => store.papers.date[b] - store.papers.date[a] || a - b],
  title: ["By title", (store) => (a, b) => store.title(a).localeCompare(store.title(b), "en") || a - b],
  discussed: ["Most discussed", (store) => (a, b) => heatOf(store, b) - heatOf(store, a) || a - b],
};

function heatOf(store, row) {
  return store.papers.comments[row] + store.papers.upvotes[row];
}

function sortedList(app, rows) {
  const { store } = app;
  const box = node("div");
  const select = node("select", { "aria-label": "Order of the papers" });
  for (const [key, [label]] of Object.entries(ORDERS)) {
    if (key === "discussed" && !rows.some((row) => heatOf(store, row))) continue;
    select.append(node("option", { value: key }, label));
  }
  const draw = () => box.replaceChildren(paperList(app, rows.slice().sort(ORDERS[select.value][1](store))));
  select.addEventListener("change", draw);
  draw();
  return node("div", {}, node("div", { class: "px-row" }, select), box);
}

function papersPage(app, rows) {
  return [node("h1", { tabindex: "-1" }, "Papers"), node("p", { class: "pm-sub" }, app.summary(rows)), sortedList(app, rows)];
}

async function paperPage(app, row) {
  const { store } = app;
  const { view } = app;
  const at = store.papers.topic[row] >= 0 ? store.papers.topic[row] : store.papers.nearest[row];
  const keywords = at >= 0 ? store.topics[at].keywords : [];
  const abstract = await store.abstract(row);
  const paragraphs = (abstract ?? "").split("\n\n").filter((part) => part.trim());
  const alike = store.papers.alike?.[row] ?? [];
  return [
    node("a", { href: app.hash({ page: "paper", id: null }) }, "← All papers"),
    node("h1", { tabindex: "-1" }, apart(store.title(row))),
    node("div", { class: "pm-facts" }, apart(factsOf(store, row))),
    node("div", { class: "px-links" }, linksOf(store, row), node("a", { href: hashOf(view, { page: "map", id: null, paper: store.papers.id[row], at: null }) }, "On the map")),
    node("div", { class: "px-two" },
      node("div", {},
        node("h2", {}, "Abstract"),
        paragraphs.length
          ? node("div", { class: "pm-abstract", dir: "auto" }, paragraphs.map((part) => node("p", {}, marked(part, keywords))))
          : node("p", { class: "pm-sub" }, store.parts.length ? "The source gives no abstract." : "This file holds no abstracts."),
        node("h2", {}, "Found in"),
        node("ul", { class: "pm-sources" }, store.papers.sources[row].map((source) => node("li", {}, apart(store.sources[source])))),
      ),
      node("div", {},
        node("h2", {}, "Topic and theme"),
        placeOf(app, row),
        alike.length ? node("h2", {}, "Most similar papers") : null,
        alike.length ? node("ul", { class: "px-papers" }, alike.map(([other, cosine]) => node("li", {}, node("span", { class: "pm-score" }, cosineIn(cosine)), " ", paperLink(app, other)))) : null,
      ),
    ),
  ];
}

function topicsPage(app, rows) {
  const { store, view } = app;
  const counts = store.counted(rows, "topic");
  const shown = store.topics.map((topic, at) => [topic, at]).filter(([, at]) => counts.get(at));
  const free = counts.get(-1) ?? 0;
  const groups = store.groups.length ? ` in ${count(store.groups.length, "group")}` : "";
  const sections = store.sections(counts).flatMap((section) => [
    section.name ? node("div", { class: "pm-group-head" }, node(section.depth ? "h3" : "h2", {}, apart(section.name)), node("span", { class: "pm-sub" }, `${count(section.held, "topic")}, ${count(section.papers, "paper")}`)) : null,
    section.topics.length ? node("ul", { class: "px-cards" }, section.topics.map((at) => topicCard(app, at, counts.get(at)))) : null,
  ]);
  return [
    node("h1", { tabindex: "-1" }, "Topics"),
    node("p", { class: "pm-sub" }, `${count(shown.length, "topic")}${groups}, largest first${isFiltered(view) ? " · counting only papers that pass the filters" : ""}`, free ? " · " : "", free ? topicLink(app, -1, count(free, "unclustered paper")) : null),
    ...sections,
  ];
}

function topicCard(app, at, size) {
  const { store, dark } = app;
  const topic = store.topics[at];
  const of = size === topic.size ? count(size, "paper") : `${number(size)} of ${count(topic.size, "paper")}`;
  const theme = store.themes[topic.theme];
  const colour = theme ? store.colourOf(theme, dark) : store.colourOf(topic, dark);
  const line = store.trends.topics[at];
  return node("li", { class: "px-card" },
    node("h3", {}, topicLink(app, at)),
    node("div", { class: "pm-card-head" },
      node("div", { class: "pm-sub" }, dot(colour), node("span", { class: "pm-theme" }, apart(theme?.name ?? "no theme")), ` · ${of} `, verdict(topic)),
      line && line.length > 1 ? bars(line, colour, summaryOf(topic.name, line, store.trends, "papers")) : null,
    ),
    node("div", { class: "pm-words" }, topic.keywords.slice(0, 6).join(", ")),
  );
}

function unclusteredPage(app, rows) {
  const free = rows.filter((row) => app.store.papers.topic[row] < 0);
  return [
    node("a", { href: app.hash({ page: "topic", id: null }) }, "← All topics"),
    node("h1", { tabindex: "-1" }, "Unclustered papers"),
    node("p", { class: "pm-sub" }, `${count(free.length, "paper")} in no topic; no topic is forced on a paper that lies between groups.`),
    sortedList(app, free),
  ];
}

function topicPage(app, at) {
  const { store, dark, view } = app;
  const topic = store.topics[at];
  const theme = store.themes[topic.theme];
  const colour = theme ? store.colourOf(theme, dark) : store.colourOf(topic, dark);
  const own = [];
  store.papers.topic.forEach((number, row) => number === at && own.push(row));
  const path = store.pathOf(at);
  const said = [path && `in ${path}`, `${count(topic.size, "paper")}, ${percent(topic.size / store.size)} of the map`, topic.solid].filter(Boolean).join(" · ");
  const only = { topics: [topic.id], id: null, paper: null, area: null, at: null };
  const line = store.trends.topics[at];
  return [
    node("a", { href: app.hash({ page: "topic", id: null }) }, "← All topics"),
    node("h1", { tabindex: "-1" }, apart(topic.name)),
    node("div", { class: "pm-sub" }, dot(colour), node("span", { class: "pm-theme" }, theme?.name ?? "no theme"), ` · ${said} `, verdict(topic)),
    chips(topic.keywords),
    node("div", { class: "px-links" }, node("a", { href: hashOf(view, { ...only, page: "map" }) }, "On the map"), node("a", { href: hashOf(view, { ...only, page: "trends", by: "topic" }) }, "In the trends")),
    topic.quotes.length ? node("h2", {}, "In sentences of its papers") : null,
    ...topic.quotes.map(([text, row]) => node("blockquote", {}, node("p", {}, apart(`“${text}”`)), node("cite", {}, paperLink(app, row)))),
    node("div", { class: "px-two" },
      node("div", {},
        line && line.length > 1 ? node("h2", {}, "Over time") : null,
        line && line.length > 1 ? chart(topic.name, line, store.trends, { measure: view.measure, colour, width: 560, height: 220 }) : null,
        topic.rule ? node("p", { class: "pm-sub" }, topic.rule) : null,
      ),
      node("div", {},
        topic.near.length ? node("h2", {}, "Closest topics") : null,
        node("ul", { class: "px-papers" }, topic.near.map(([other, cosine]) => node("li", {}, node("span", { class: "pm-score" }, cosineIn(cosine)), " ", topicLink(app, other)))),
      ),
    ),
    topic.representatives.length ? node("h2", {}, "Stands for the topic") : null,
    paperList(app, topic.representatives),
    node("h2", {}, `Its ${count(own.length, "paper")}`),
    sortedList(app, own),
  ];
}

function trendsPage(app, rows) {
  const { store, view, dark } = app;
  const { trends } = store;
  const head = [node("h1", { tabindex: "-1" }, "Trends")];
  if (trends.labels.length < 2) return [...head, node("p", {}, "The papers' dates cover too few periods for a trend.")];
  const things = view.by === "theme" ? store.themes : store.topics;
  const counts = countedOverTime(store, rows, view.by);
  const shown = things.map((thing, at) => [thing, counts[at]]).filter(([, line]) => line.some(Boolean)).slice(0, 24);
  const lines = shown.map(([, line]) => valuesOf(line, trends, view.measure));
  const named = lines.filter((_, i) => shown[i][0].name !== "other" || view.by === "topic");
  const top = topOf(named.length ? named : lines);
  const choice = (name, words) => {
    const select = node("select", { "aria-label": words[0], onchange: (e) => app.change({ [name]: e.target.value }) });
    for (const [value, label] of words[1]) select.append(node("option", { value, selected: view[name] === value }, label));
    return select;
  };
  const panels = shown.map(([thing, line]) => {
    const own = thing.name === "other" && view.by === "theme" ? undefined : top;
    const colour = store.colourOf(thing, dark);
    const name = view.by === "topic" ? topicLink(app, store.topicOf.get(thing.id)) : thing.name;
    return node("figure", {}, node("figcaption", {}, name, " ", verdict(thing)), chart(thing.name, line, trends, { measure: view.measure, colour, top: own }));
  });
  const rest = things.length > 24 && view.by === "topic" ? "; the 24 largest topics" : "";
  return [
    ...head,
    node("div", { class: "px-row" }, choice("by", ["Lines", [["theme", "By theme"], ["topic", "By topic"]]]), choice("measure", ["What is counted", [["share", "Share of all dated papers"], ["papers", "Papers"]]])),
    node("p", { class: "pm-sub" }, `Per ${trends.period}${rest}; the band is the 95 % interval of a share. Open dots: periods that were not over when the sources were read (${store.readOn}). ${trends.leftOut}`),
    node("div", { class: "px-panels" }, panels),
    ...changesOf(app),
    node("details", {}, node("summary", {}, "The numbers"), table(["Period", "All dated papers", ...shown.map(([thing]) => thing.name)], trends.labels.map((label, i) => [label + (trends.open.includes(i) ? " (not over)" : ""), number(trends.totals[i]), ...shown.map(([, line]) => number(line[i]))]), { numeric: [1, ...shown.map((_, i) => i + 2)] })),
  ];
}

/** Papers of the view per period, a line each theme or topic. */
function countedOverTime(store, rows, by) {
  const { trends, papers } = store;
  if (rows.length === store.size) return by === "theme" ? trends.themes : trends.topics;
  const lines = (by === "theme" ? store.themes : store.topics).map(() => new Array(trends.labels.length).fill(0));
  for (const row of rows) {
    const [at, when] = [papers[by][row], trends.of[papers.date[row]] ?? -1];
    if (at >= 0 && when >= 0) lines[at][when] += 1;
  }
  return lines;
}

function changesOf(app) {
  const { store } = app;
  const columns = ["emerging", "growing", "fading"].map((word) => {
    const found = store.topics.map((topic, at) => [topic, at]).filter(([topic]) => topic.word === word).sort(([a], [b]) => b.change - a.change);
    const items = found.slice(0, 8).map(([topic, at]) => node("li", {}, topicLink(app, at), node("span", { class: "pm-score" }, topic.went)));
    return node("div", {}, node("h3", {}, `${word.slice(0, 1).toUpperCase()}${word.slice(1)}${found.length ? ` · ${number(found.length)}` : ""}`), found.length ? node("ul", { class: "px-changes" }, items) : node("p", { class: "pm-sub" }, "No topic."), found.length > 8 ? node("p", { class: "pm-sub" }, `and ${number(found.length - 8)} more`) : null);
  });
  return store.topics.length ? [node("h2", {}, "What is changing"), node("div", { class: "px-three" }, columns), node("p", { class: "pm-sub" }, store.changes)] : [];
}
