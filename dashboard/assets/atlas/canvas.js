// Draws points without WebGL: slower, and the same to look at.

/** A painter on a canvas with the browser's plain drawing. */
export function canvasPainter(canvas) {
  const pen = canvas.getContext("2d");
  let [places, paint] = [null, null];
  return {
    kind: "canvas",
    places(x, y) {
      places = { x, y };
    },
    colours(given) {
      paint = given;
    },
    paint({ camera, frame, ratio, size, most, paper }) {
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.clearRect(0, 0, frame.width, frame.height);
      const [left, top] = [frame.width / 2, frame.height / 2];
      const edge = size > 5 ? `rgb(${paper.join()})` : null;
      pen.lineWidth = 1.3;
      for (const row of paint.rows) {
        if (paint.crowd && paint.crowd[row] >= most) continue;
        const x = left + (places.x[row] - camera.x) * camera.scale;
        const y = top - (places.y[row] - camera.y) * camera.scale;
        const wide = paint.factors ? (size * paint.factors[row]) / 64 : size;
        const radius = wide / 2;
        if (x < -wide || y < -wide || x > frame.width + wide || y > frame.height + wide) continue;
        const [r, g, b, a] = paint.rgba.subarray(4 * row, 4 * row + 4);
        const ink = `rgb(${r} ${g} ${b} / ${a / 255})`;
        if (radius < 1.6 && !paint.rings[row]) {
          pen.fillStyle = ink;
          pen.fillRect(x - radius, y - radius, wide, wide);
          continue;
        }
        pen.beginPath();
        pen.arc(x, y, Math.max(0.5, radius - 0.65), 0, 2 * Math.PI);
        if (paint.rings[row]) {
          pen.strokeStyle = ink;
          pen.stroke();
        } else {
          pen.fillStyle = ink;
          pen.fill();
          if (edge) {
            pen.strokeStyle = edge;
            pen.stroke();
          }
        }
      }
    },
    dispose() {},
  };
}
