// The first picture: draws the map where it will be, before the page around it is there, and hands it
// to the map's component. Nothing is shown until all of it has arrived, and nothing if it does not.

const shared = (window.papermapAtlas ??= {});
const APPEARANCES = { Light: false, Dark: true };

const PATIENCE = 1500; // milliseconds after which the page starts without the picture

begin();

/** Draw first, then start the page: its scripts would keep the browser from drawing. */
async function begin() {
  const told = document.getElementById("pm-opening-script").dataset;
  const picture = open(told).catch(() => shared.opening?.end());
  for (const href of told.later.split(" ").filter(Boolean)) preload(href);
  await Promise.race([picture.then(painted), after(PATIENCE)]);
  await parsed();
  for (const href of told.main.split(" ").filter(Boolean)) import(new URL(href, document.baseURI).href);
}

/** All of the page is read: this script runs as soon as it arrives, and a style sheet that is late holds
 * up the reading, so that the page's body, in which everything is put, may not be there yet. */
async function parsed() {
  if (document.readyState !== "loading") return;
  await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
}

function after(wait) {
  return new Promise((resolve) => setTimeout(resolve, wait));
}

/** Soon after the browser's next picture; a tab in the background makes none. */
function painted() {
  return Promise.race([after(100), new Promise(requestAnimationFrame).then(() => after(0))]);
}

async function open(told) {
  const asked = [fetchScene(isDark() ? told.dark : told.light), fetchPoints(told.points)];
  const [scene, points] = await Promise.all([...asked, parsed()]);
  if (!scene || shared.owner || points.id !== scene.papers) return;
  show(scene, points, told.points);
}

function preload(href) {
  const link = element("link");
  link.rel = "modulepreload";
  link.crossOrigin = "";
  link.href = href;
  document.head.append(link);
}

async function fetchScene(address) {
  const answer = await fetch(address);
  return answer.status === 200 ? answer.json() : null; // 204 where the view shows no map
}

/** The appearance that the reader chose in the menu, else that of the system. */
function isDark() {
  try {
    const kept = window.localStorage.getItem(`stActiveTheme-${window.location.pathname}-v2`);
    const chosen = APPEARANCES[JSON.parse(kept)?.name];
    if (chosen !== undefined) return chosen;
  } catch {
    // No storage, or something else in it: the system's then.
  }
  return window.matchMedia("(prefers-color-scheme: dark)").matches;
}

function show(scene, points, address) {
  const root = element("div", "pm-opening");
  for (const [name, value] of Object.entries(scene.colours)) root.style.setProperty(name, value);
  root.classList.toggle("pm-beside", scene.beside);
  root.classList.toggle("pm-below", scene.below);
  const host = element("div", "pm-map");
  const key = element("div", "pm-key");
  const stage = element("div", "pm-opening-stage");
  stage.append(host);
  const main = element("div", "pm-opening-main");
  main.append(header(scene), key, stage);
  const side = element("div", "pm-opening-side");
  side.append(element("div", "pm-brand", "Papermap"));
  root.append(side, main);
  document.body.append(root);

  try {
    draw(host, key, scene, points);
  } catch (error) {
    // Nothing may lie over the page that nobody takes away.
    root.remove();
    throw error;
  }
  shared.opening = { host, address, end: () => end(root), ended: false };
  watch();
}

function draw(host, key, scene, points) {
  const look = { ...scene, codes: bytes(scene.codes), factors: scene.factors && bytes(scene.factors) };
  const send = (event) => {
    if (shared.send) return shared.send(event);
    if (event.kind !== "camera" || !shared.waiting) shared.waiting = event;
    if (event.kind === "paper") host.atlas.setScene({ ...look, selected: event.row });
  };
  drawKey(key, scene, send, (wish) => host.atlas.save(wish));
  host.atlas = new Atlas(host, send);
  host.atlas.setPoints(points);
  host.atlas.setScene(look);
  // The names were measured in another font if the page's own has not arrived yet.
  document.fonts?.load('650 1rem "Source Sans"').then(() => host.atlas?.settle(0), () => {});
}

function header({ pages, summary }) {
  const node = element("div", "pm-opening-header");
  const links = element("nav");
  for (const { title, href } of pages) {
    const link = element("a", "", title);
    link.href = href;
    links.append(link);
  }
  node.append(links, element("span", "pm-opening-count", summary));
  return node;
}

/** Take the picture away; what was drawn in it goes, too, unless the page has taken it over. */
function end(root) {
  shared.opening.ended = true;
  if (root.contains(shared.opening.host)) shared.opening.host.atlas.dispose();
  root.remove();
}

/** Give way where the page shows something else than the map: another view, or a message. */
function watch() {
  let idle = 0;
  const timer = setInterval(() => {
    if (shared.opening.ended) return clearInterval(timer);
    const app = document.querySelector(".stApp[data-test-script-state='notRunning'] .st-key-pm-header");
    idle = app ? idle + 1 : 0;
    // A map that is on its way takes the picture over, however long that takes a slow machine.
    const patience = document.querySelector(".stApp .st-key-pm-map") ? 120 : 8;
    if (idle < patience && !document.querySelector(".stException, [role=dialog]")) return;
    shared.opening.end();
  }, 250);
}
