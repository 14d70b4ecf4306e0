// Mounted in the map's place with the papers. What they look like comes from the layer, before or
// after, and again with every change.

const shared = (window.papermapAtlas ??= {});

export default async function draw({ data, parentElement }) {
  const host = parentElement.querySelector(".pm-map");
  if (host.packed !== data) {
    host.packed = data;
    const points = await unpack(data);
    if (host.packed !== data || !host.isConnected) return undefined;
    host.atlas ??= new Atlas(host, (event) => shared.send?.(event));
    shared.take = () => take(host.atlas);
    host.atlas.setPoints(points);
    shared.take();
  }
  return () => {
    host.atlas?.dispose();
    host.atlas = shared.take = null;
  };
}

function take(atlas) {
  const { scene } = shared;
  if (scene?.papers !== atlas.points.id) return;
  atlas.setScene({ ...scene, codes: bytes(scene.codes) });
}
