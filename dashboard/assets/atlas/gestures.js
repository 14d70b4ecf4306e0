// The reader's hands on the map: dragging, wheel, pinch, clicks and keys, told as what they mean.

const STILL = 4; // pixels that a click may shake

/**
 * @param {HTMLElement} host where the hands are
 * @param {object} does what follows: `pan(dx, dy)`, `zoom(factor, left, top)`, `settle()`,
 *   `hover(left, top)`, `leave()`, `click(left, top)`, `start(left, top)` and `draw(left, top)` and
 *   `finish()` or `cancel()` of an outline, `drawing()` whether dragging draws one
 * @returns {() => void} lets go
 */
export function followHands(host, does) {
  const hands = new Map(); // pointers that are down
  const state = { moved: false, pinched: false, drawing: false };
  const at = (event) => {
    const frame = host.getBoundingClientRect();
    return [event.clientX - frame.x, event.clientY - frame.y];
  };
  const stopDrawing = () => {
    if (state.drawing) does.cancel();
    state.drawing = false;
  };
  const listeners = {
    pointerdown(event) {
      if (event.isPrimary) {
        hands.clear();
        Object.assign(state, { moved: false, pinched: false, drawing: false });
      }
      if (event.button !== 0 || event.target.closest(".pm-tools, .pm-time")) return;
      hands.set(event.pointerId, { last: at(event), start: at(event) });
      if (hands.size === 2) {
        state.pinched = true;
        stopDrawing();
      }
      does.leave();
    },
    pointermove(event) {
      let hand = hands.get(event.pointerId);
      if (hand && event.pointerType === "mouse" && !event.buttons) {
        // The button was let go where nobody told us.
        hands.delete(event.pointerId);
        hand = null;
      }
      if (!hand) {
        if (event.pointerType !== "touch" && !event.buttons) does.hover(...at(event), event.target);
        return;
      }
      moveHand(host, event, hand, at(event), hands, state, does);
    },
    pointerup(event) {
      const hand = hands.get(event.pointerId);
      if (!hands.delete(event.pointerId) || hands.size) return;
      if (state.drawing) does.finish();
      else if (state.moved) does.settle();
      else if (!state.pinched && !event.target.closest("button")) does.click(...hand.start, event);
    },
    pointercancel(event) {
      stopDrawing();
      if (hands.delete(event.pointerId) && !hands.size) does.settle();
    },
    pointerleave() {
      does.leave();
    },
    wheel(event) {
      event.preventDefault();
      const step = event.deltaY * [1, 16, 400][event.deltaMode];
      does.zoom(Math.exp(-Math.max(-240, Math.min(240, step)) * 0.0022), ...at(event));
    },
    dblclick(event) {
      if (!event.target.closest("button")) does.doubleClick(...at(event), event.shiftKey);
    },
  };
  // A drag that ends on a name is no click on it.
  const swallow = (event) => {
    if (state.moved && event.detail) event.stopPropagation();
  };
  host.addEventListener("click", swallow, true);
  for (const [name, listener] of Object.entries(listeners)) {
    host.addEventListener(name, listener, { passive: false });
  }
  return () => {
    host.removeEventListener("click", swallow, true);
    for (const [name, listener] of Object.entries(listeners)) host.removeEventListener(name, listener);
  };
}

function moveHand(host, event, hand, [left, top], hands, state, does) {
  const [dx, dy] = [left - hand.last[0], top - hand.last[1]];
  if (!state.moved) {
    if (Math.hypot(left - hand.start[0], top - hand.start[1]) < STILL && hands.size < 2) return;
    state.moved = true;
    for (const id of hands.keys()) host.setPointerCapture?.(id);
    state.drawing = does.drawing() && hands.size === 1;
    if (state.drawing) does.start(...hand.start);
  }
  if (hands.size === 2) {
    const [one, other] = [...hands.values()];
    const before = Math.hypot(one.last[0] - other.last[0], one.last[1] - other.last[1]);
    hand.last = [left, top];
    const after = Math.hypot(one.last[0] - other.last[0], one.last[1] - other.last[1]);
    does.pan(dx / 2, dy / 2);
    const [x, y] = [(one.last[0] + other.last[0]) / 2, (one.last[1] + other.last[1]) / 2];
    if (before > 0) does.zoom(after / before, x, y);
    return;
  }
  hand.last = [left, top];
  if (state.drawing) does.draw(left, top);
  else does.pan(dx, dy);
}
