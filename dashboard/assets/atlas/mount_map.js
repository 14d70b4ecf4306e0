// Mounted in the map's place with the papers, or with where to fetch them. What they look like comes
// from the layer, before or after, and again with every change.

const shared = (window.papermapAtlas ??= {});

export default async function draw({ data, parentElement }) {
  const host = adopted(parentElement, data) ?? parentElement.querySelector(".pm-map");
  const turn = (host.turn ?? 0) + 1;
  host.turn = turn;
  if (host.packed !== data) {
    host.packed = data;
    const points = await pointsOf(data).catch(() => null);
    if (host.packed !== data || !host.isConnected) return undefined;
    if (!points) {
      host.packed = null;
      host.replaceChildren(element("p", "pm-problem", "The papers of the map did not arrive. Reload the page."));
      return undefined;
    }
    if (!host.atlas) host.replaceChildren();
    host.atlas ??= new Atlas(host, (event) => shared.send?.(event));
    own(host);
    host.atlas.setPoints(points);
    shared.take();
  }
  return () => {
    // A later call has the map: it is that one's to put away.
    if (host.turn !== turn) return;
    host.atlas?.dispose();
    if (shared.owner === host) shared.take = null;
    host.atlas = host.packed = null;
  };
}

/** The first picture of these papers, moved here with all that the reader did to it. */
function adopted(parentElement, data) {
  const { opening } = shared;
  if (!opening || opening.ended) return null;
  const placeholder = parentElement.querySelector(".pm-map");
  if (opening.address !== data || placeholder.atlas) {
    opening.end();
    return null;
  }
  const { host } = opening;
  const held = host.contains(document.activeElement) ? document.activeElement : null;
  placeholder.replaceWith(host);
  host.packed = data;
  own(host);
  opening.end();
  held?.focus({ preventScroll: true });
  shared.take();
  return host;
}

function own(host) {
  shared.owner = host;
  shared.take = () => take(host.atlas);
  shared.save = (wish) => host.atlas?.save(wish);
}

async function pointsOf(data) {
  return typeof data === "string" ? fetchPoints(data) : unpack(data);
}

function take(atlas) {
  const { scene } = shared;
  if (scene?.papers !== atlas.points.id) return;
  atlas.setScene({ ...scene, codes: bytes(scene.codes), factors: scene.factors && bytes(scene.factors) });
}
