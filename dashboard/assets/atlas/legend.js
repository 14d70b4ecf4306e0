// What the colours mean, and switches for what is shown.

function drawLegend(root, legend, send) {
  const items = legend.items.map((item) => legendItem(item, send));
  if (legend.scale) items.unshift(legendScale(legend.scale));
  root.replaceChildren(...items);
}

function legendItem(item, send) {
  const node = item.kind ? button("pm-item") : element("span", "pm-item");
  if (item.kind) {
    node.setAttribute("aria-pressed", String(item.on));
    node.title = item.tip;
    node.addEventListener("click", () => send({ kind: item.kind, key: item.key }));
  }
  const swatch = element("i", item.hollow ? "pm-swatch pm-hollow" : "pm-swatch");
  swatch.style.setProperty("--colour", item.colour);
  node.append(swatch, element("span", "", item.name), element("small", "", item.count));
  return node;
}

function legendScale({ colours, ticks }) {
  const scale = element("span", "pm-scale");
  const bar = element("i");
  bar.style.background = `linear-gradient(90deg, ${colours.join(", ")})`;
  scale.append(bar, ...ticks.map((tick) => element("small", "", tick)));
  return scale;
}
