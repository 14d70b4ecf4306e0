// What a reader looks at: read from the address' hash and written there, so that a link shows the same.

const PAGES = { map: "Map", trends: "Trends", topic: "Topics", paper: "Papers", about: "About" };
const NOTHING = {
  page: "map",
  id: null,
  paper: null,
  area: null,
  at: null,
  themes: [],
  topics: [],
  since: "",
  until: "",
  text: "",
  hide_unclustered: false,
  colour: "theme",
  by: "theme",
  measure: "share",
};
const FILTERS = ["themes", "topics", "since", "until", "text", "hide_unclustered"];
const WORDS = { colour: ["theme", "topic", "date"], by: ["theme", "topic"], measure: ["share", "papers"] };
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const LONGEST = 300;

/** The view that a hash means; what makes no sense in this map is left out. */
function viewOf(hash, store) {
  const [path, query = ""] = hash.replace(/^#/, "").split("?");
  const [, page = "map", id = ""] = path.split("/");
  const params = new URLSearchParams(query);
  const view = { ...NOTHING, page: page in PAGES ? page : "map", id: decoded(id) || null };
  view.themes = params.getAll("themes").filter((name) => store.themeOf.has(name));
  view.topics = params.getAll("topics").filter((name) => store.topicOf.has(name) || store.groupOf.has(name));
  for (const name of ["since", "until"]) if (MONTH.test(params.get(name) ?? "")) view[name] = params.get(name);
  view.text = (params.get("text") ?? "").slice(0, LONGEST);
  view.hide_unclustered = params.get("hide_unclustered") === "yes";
  for (const [name, words] of Object.entries(WORDS)) if (words.includes(params.get(name))) view[name] = params.get(name);
  if (store.rowOf.has(params.get("paper"))) view.paper = params.get("paper");
  if (cornersOf(params.get("area"))?.length > 2) view.area = params.get("area");
  const at = (params.get("at") ?? "").split(",").map(Number);
  if (at.length === 3 && at.every(Number.isFinite) && at[2] > 0) view.at = params.get("at");
  if (view.page === "topic" && view.id !== "unclustered" && !store.topicOf.has(view.id)) view.id = null;
  if (view.page === "paper" && !store.rowOf.has(view.id)) view.id = null;
  return view;
}

/** The hash of a view with some fields changed. */
function hashOf(view, changes = {}) {
  const wanted = { ...view, ...changes };
  const params = new URLSearchParams();
  for (const [name, usual] of Object.entries(NOTHING)) {
    if (name === "page" || name === "id") continue;
    const value = wanted[name];
    if (Array.isArray(value)) for (const one of value) params.append(name, one);
    else if (value === true) params.set(name, "yes");
    else if (value && value !== usual) params.set(name, value);
  }
  const id = wanted.id === null ? "" : `/${encodeURIComponent(wanted.id)}`;
  const query = params.toString();
  return `#/${wanted.page}${id}${query ? `?${query}` : ""}`;
}

function isFiltered(view) {
  return FILTERS.some((name) => (Array.isArray(view[name]) ? view[name].length : view[name]));
}

/** Corners of an outline written as `x,y x,y …`. */
function cornersOf(area) {
  const corners = (area ?? "").split(" ").filter(Boolean).map((pair) => pair.split(",").map(Number));
  return corners.every((pair) => pair.length === 2 && pair.every(Number.isFinite)) ? corners : null;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
