// Mounted in the map's place with the papers. What they look like comes from the layer, before or
// after, and again with every change.

const shared = (window.papermapAtlas ??= {});

export default async function draw({ data, parentElement }) {
  const host = parentElement.querySelector(".pm-map");
  const turn = (host.turn ?? 0) + 1;
  host.turn = turn;
  if (host.packed !== data) {
    host.packed = data;
    const points = await unpack(data);
    if (host.packed !== data || !host.isConnected) return undefined;
    host.atlas ??= new Atlas(host, (event) => shared.send?.(event));
    shared.owner = host;
    shared.take = () => take(host.atlas);
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

function take(atlas) {
  const { scene } = shared;
  if (scene?.papers !== atlas.points.id) return;
  atlas.setScene({ ...scene, codes: bytes(scene.codes) });
}
