// Small things that pages are made of. Texts are set as text, never as markup.

function node(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "class") made.className = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

function number(value) {
  return value.toLocaleString("en");
}

function count(value, noun) {
  return `${number(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** A share in per cent, with a decimal only where it is small. */
function percent(share) {
  if (!Number.isFinite(share)) return "–";
  const value = 100 * share;
  return value > 0 && value < 9.95 ? `${value.toFixed(1)} %` : `${value.toFixed(0)} %`;
}

/** A text that keeps its own reading direction, so that it turns nothing around it. */
function apart(text) {
  return node("bdi", {}, text);
}

function dot(colour) {
  const made = node("i", { class: "pm-dot" });
  made.style.background = colour;
  return made;
}

function chips(words) {
  return node("div", { class: "pm-chips" }, words.map((word) => node("span", { class: "pm-chip" }, word)));
}

/** A link to another site; only http(s) leads anywhere. */
function outside(label, address) {
  return /^https?:\/\//.test(address)
    ? node("a", { class: "pm-out", href: address, rel: "noopener noreferrer", target: "_blank" }, `${label} ↗`)
    : null;
}

/** A word with its mark for what may be said of a trend, the rule as its tip. */
function verdict(thing) {
  const marks = { emerging: "⇡", growing: "↗", fading: "↘", steady: "→" };
  if (!(thing.word in marks)) return null;
  const mark = node("i", { "aria-hidden": "true" }, marks[thing.word]);
  return node("span", { class: "pm-verdict", title: thing.rule }, mark, ` ${thing.word}`);
}

function table(columns, rows, { numeric = [] } = {}) {
  const kind = (i) => (numeric.includes(i) ? { class: "n" } : {});
  const head = columns.map((column, i) => node("th", { scope: "col", ...kind(i) }, column));
  const body = rows.map((row) => node("tr", {}, row.map((cell, i) => node("td", kind(i), cell))));
  const made = node("table", {}, node("thead", {}, node("tr", {}, head)), node("tbody", {}, body));
  return node("div", { class: "px-table", tabindex: "0", role: "region", "aria-label": columns.join(", ") }, made);
}

/** The words of a topic marked in a text. */
function marked(text, keywords) {
  const phrases = keywords
    .map((keyword) => keyword.match(/[\p{L}\p{N}]+/gu))
    .filter(Boolean)
    .sort((a, b) => b.join("").length - a.join("").length)
    .map((words) => words.map(pluralOf).join("[\\s\\-‐–]+"));
  if (!phrases.length) return [text];
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${phrases.join("|")})(?![\\p{L}\\p{N}_])`, "giu");
  const pieces = [];
  let end = 0;
  for (const found of text.matchAll(pattern)) {
    pieces.push(text.slice(end, found.index), node("mark", {}, found[0]));
    end = found.index + found[0].length;
  }
  return [...pieces, text.slice(end)];
}

function pluralOf(word, i, words) {
  if (i < words.length - 1 || word.length < 4) return word;
  const stem = word.replace(/(?<=[^s])s$/i, "");
  return stem.endsWith("y") ? `${stem.slice(0, -1)}(?:y|ies)` : `${stem}(?:s|es)?`;
}

/** 95 % interval of a share (Wilson). */
function interval(hits, total) {
  const z = 1.959963984540054;
  const middle = (hits + (z * z) / 2) / (total + z * z);
  const half = (z / (total + z * z)) * Math.sqrt((hits * (total - hits)) / total + (z * z) / 4);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
