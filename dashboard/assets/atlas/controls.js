// How the map is drawn: choices beside the legend. They are the browser's own controls, filled once
// and then kept in step, so that a reader who uses one keeps it in hand.

/** The legend and the choices, made at the first call and kept in step by later ones. */
function drawKey(root, { legend, controls }, send) {
  if (!root.firstChild) {
    const colours = element("div", "pm-legend");
    colours.setAttribute("role", "group");
    colours.setAttribute("aria-label", "What the colours mean");
    const choices = element("div", "pm-controls");
    choices.setAttribute("role", "group");
    choices.setAttribute("aria-label", "How the map is drawn");
    root.append(colours, choices);
  }
  root.said = send;
  const tell = (event) => root.said(event);
  drawLegend(root.firstChild, legend, tell);
  for (const control of controls) drawControl(root.lastChild, control, tell);
}

function drawControl(root, control, send) {
  let node = root.querySelector(`select[data-kind="${control.kind}"]`);
  if (!node) {
    node = element("select");
    node.dataset.kind = control.kind;
    node.setAttribute("aria-label", `${control.name} by`);
    node.addEventListener("change", () => send({ kind: control.kind, key: node.value }));
    const label = element("label", "pm-control");
    label.append(element("span", "", control.name), node);
    root.append(label);
  }
  const made = JSON.stringify(control.options);
  if (node.dataset.made !== made) {
    node.dataset.made = made;
    node.replaceChildren(...control.options.map(({ key, name }) => option(key, name)));
  }
  node.value = control.value;
}

function option(key, name) {
  const node = element("option", "", name);
  node.value = key;
  return node;
}
