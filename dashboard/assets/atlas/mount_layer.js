// Mounted in the row above the map: draws the legend, and hands on what the map looks like.

const shared = (window.papermapAtlas ??= {});

export default function draw({ data, parentElement, setTriggerValue }) {
  shared.scene = data;
  shared.send = (event) => setTriggerValue("event", { ...event, at: Date.now() });
  drawKey(parentElement.querySelector(".pm-key"), data, (event) => shared.send(event), (wish) => shared.save?.(wish));
  shared.take?.();
  const { waiting } = shared;
  shared.waiting = null;
  // What the reader did to the first picture, before there was anybody to tell.
  if (waiting) setTimeout(() => shared.send(waiting));
}
