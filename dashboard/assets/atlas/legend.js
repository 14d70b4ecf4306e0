// What the colours mean, and switches for what is shown.

function drawLegend(root, legend, send, size = 8) {
  const held = root.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const items = legend.items.map((item) => legendItem(item, send));
  if (legend.scale) items.unshift(legendScale(legend.scale));
  if (legend.sizes) items.push(legendSizes(legend.sizes, size));
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

/** Some sizes of points, as large as they are on the map, and what they stand for. */
function legendSizes({ name, steps }, size) {
  const node = element("span", "pm-sizes");
  node.append(element("span", "pm-scale-name", name));
  for (const { text, factor } of steps) {
    const disc = element("i");
    disc.style.width = disc.style.height = `${size * factor}px`;
    node.append(disc, element("small", "", text));
  }
  return node;
}

/** A bar of the colours, and under it what stands where. */
function legendScale({ name, colours, ticks }) {
  const scale = element("span", "pm-scale");
  const bar = element("i");
  bar.style.background = `linear-gradient(90deg, ${colours.join(", ")})`;
  const body = element("span", "pm-scale-body");
  body.style.width = `${BAR}px`;
  body.append(bar);
  for (const { text, left, anchor, mark } of placedTicks(ticks)) {
    const node = element("small", "", text);
    node.style.left = `${left}px`;
    node.style.transform = `translateX(${{ start: 0, middle: -50, end: -100 }[anchor]}%)`;
    body.append(node);
    if (mark === null) continue;
    const line = element("b");
    line.style.left = `${mark}px`;
    body.append(line);
  }
  if (name) scale.append(element("span", "pm-scale-name", name));
  scale.append(body);
  return scale;
}
