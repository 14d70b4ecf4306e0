// Small helpers to make elements. Texts are set as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

function svg(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

function element(name, className, text) {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function button(className, label) {
  const node = element("button", className);
  node.type = "button";
  if (label) node.setAttribute("aria-label", label);
  return node;
}

/** Whether the reader asked for less motion. */
function isStill() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function isNarrow() {
  return window.innerWidth <= 760;
}
