// How the map is drawn: choices beside the legend. They are the browser's own controls, filled once
// and then kept in step, so that a reader who uses one keeps it in hand.

/**
 * The legend and the choices, made at the first call and kept in step by later ones.
 *
 * @param {(wish: object) => void} save called with `{format, scale}` of the picture that is wanted
 */
function drawKey(root, { legend, controls, size }, send, save) {
  if (!root.firstChild) {
    const colours = element("div", "pm-legend");
    colours.setAttribute("role", "group");
    colours.setAttribute("aria-label", "What the colours mean");
    const choices = element("div", "pm-controls");
    choices.setAttribute("role", "group");
    choices.setAttribute("aria-label", "How the map is drawn");
    choices.append(pictureMenu((wish) => root.saved(wish)));
    root.append(colours, choices);
    // The map takes the room that is left below.
    const { style } = document.documentElement;
    const tell = () => root.offsetHeight && style.setProperty("--pm-key", `${root.offsetHeight}px`);
    new ResizeObserver(tell).observe(root);
    root.tell = tell;
  }
  root.saved = save;
  root.said = send;
  const say = (event) => root.said(event);
  drawLegend(root.firstChild, legend, say, size);
  for (const control of controls) drawControl(root.lastChild, control, say);
  // At once, not only when the browser has noticed: the map is about to be drawn.
  root.tell();
}

function drawControl(root, control, send) {
  if (!control.options) return drawSwitch(root, control, send);
  let node = root.querySelector(`select[data-kind="${control.kind}"]`);
  if (!node) {
    node = element("select");
    node.dataset.kind = control.kind;
    node.setAttribute("aria-label", `${control.name} by`);
    node.addEventListener("change", () => send({ kind: control.kind, key: node.value }));
    const label = element("label", "pm-control");
    label.append(element("span", "", control.name), node);
    root.insertBefore(label, root.querySelector(".pm-menu"));
  }
  const made = JSON.stringify(control.options);
  if (node.dataset.made !== made) {
    node.dataset.made = made;
    node.replaceChildren(...control.options.map(({ key, name }) => option(key, name)));
  }
  node.value = control.value;
}

/** A switch that is on or off. */
function drawSwitch(root, { kind, name, value, tip }, send) {
  let node = root.querySelector(`button[data-kind="${kind}"]`);
  if (!node) {
    node = button("pm-switch", name);
    node.dataset.kind = kind;
    node.title = tip;
    node.append(icon("M3 16c3-9 6-11 9-11s6 2 9 11M6.5 17c2-5 3.5-7 5.5-7s3.5 2 5.5 7M10 18c.8-1.6 1.200-2.5 2-2.5s1.200.9 2 2.5"));
    node.addEventListener("click", () => send({ kind }));
    root.insertBefore(node, root.querySelector(".pm-menu"));
  }
  node.setAttribute("aria-pressed", String(value));
}

function option(key, name) {
  const node = element("option", "", name);
  node.value = key;
  return node;
}

function icon(path) {
  const drawn = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
  drawn.append(svg("path", { d: path }));
  return drawn;
}

const PICTURES = [
  ["PNG for slides", "twice as fine as the screen", { format: "png", scale: 2 }],
  ["PNG for print", "four times as fine", { format: "png", scale: 4 }],
  ["SVG", "for drawing programs; text stays text", { format: "svg" }],
];

/** A menu of the files that a picture can be had as. */
function pictureMenu(save) {
  const menu = element("details", "pm-menu");
  const head = element("summary");
  head.title = "Save a picture of what is on the screen";
  head.setAttribute("aria-label", head.title);
  head.append(icon("M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14"));
  const list = element("div", "pm-menu-list");
  for (const [name, about, wish] of PICTURES) {
    const node = button("");
    node.append(element("b", "", name), element("small", "", about));
    node.addEventListener("click", () => {
      menu.open = false;
      head.focus();
      save(wish);
    });
    list.append(node);
  }
  menu.append(head, list);
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    head.focus();
    event.stopPropagation();
  });
  menu.addEventListener("focusout", (event) => {
    if (!menu.contains(event.relatedTarget)) menu.open = false;
  });
  return menu;
}
