// What the colours mean, and switches for what is shown.

function drawLegend(root, legend, send) {
  const held = root.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const items = legend.items.map((item) => legendItem(item, send));
  if (legend.scale) items.unshift(legendScale(legend.scale));
  root.replaceChildren(...items);
  // Whoever switches with the keyboard goes on from there.
  if (held !== undefined) items.find((item) => item.dataset.key === held)?.focus();
}

function legendItem(item, send) {
  const node = item.kind ? button("pm-item") : element("span", "pm-item");
  if (item.kind) {
    node.dataset.key = `${item.kind} ${item.key}`;
    node.setAttribute("aria-pressed", String(item.on));
    node.title = item.tip;
    node.addEventListener("click", () => send({ kind: item.kind, key: item.key }));
  }
  if (item.colour) node.dataset.look = `${item.hollow ? "ring" : "disc"} ${item.colour}`;
  const swatch = element("i", item.hollow ? "pm-swatch pm-hollow" : "pm-swatch");
  swatch.style.setProperty("--colour", item.colour);
  node.append(swatch, element("span", "", item.name), element("small", "", item.count));
  return node;
}

const BAR = 190; // pixels of a scale, and about as many as a letter under it takes
const LETTER = 6.2;

/** A bar of the colours, and under it what stands where. */
function legendScale({ name, colours, ticks }) {
  const scale = element("span", "pm-scale");
  const bar = element("i");
  bar.style.background = `linear-gradient(90deg, ${colours.join(", ")})`;
  const body = element("span", "pm-scale-body");
  body.style.width = `${BAR}px`;
  const even = (text, i) => ({ text, at: i / Math.max(1, ticks.length - 1) });
  body.append(bar, ...ticksOf(ticks.map((tick, i) => (typeof tick === "string" ? even(tick, i) : tick))));
  if (name) scale.append(element("span", "pm-scale-name", name));
  scale.append(body);
  return scale;
}

/** Words under the ends of a bar, and under its middle one as near its place as there is room. */
function ticksOf(ticks) {
  const wide = ticks.map(({ text }) => text.length * LETTER);
  return ticks.flatMap(({ text, at }, i) => {
    const isEnd = i === 0 || i === ticks.length - 1;
    const low = wide[0] + 10 + wide[i] / 2;
    const high = BAR - wide.at(-1) - 10 - wide[i] / 2;
    if (!isEnd && low > high) return [];
    const left = isEnd ? at * BAR : Math.max(low, Math.min(high, at * BAR));
    const node = element("small", "", text);
    node.style.left = `${left}px`;
    node.style.transform = `translateX(${isEnd ? -100 * Math.round(at) : -50}%)`;
    const mark = element("b");
    mark.style.left = `${at * BAR}px`;
    return isEnd ? [node] : [node, mark];
  });
}
