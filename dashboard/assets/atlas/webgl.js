// Draws points with WebGL 2: one buffer of places, one of colours, one call a picture.

const VERTEX = `#version 300 es
in vec2 place;
in vec4 colour;
in float ring, factor, crowd;
uniform vec2 middle, scale;
uniform float size, most;
out vec4 shade;
flat out float hollow, wide;
void main() {
  gl_Position = vec4((place - middle) * scale, 0.0, 1.0);
  wide = size * factor * (255.0 / 64.0);
  gl_PointSize = wide + 1.0;
  shade = colour;
  // The last that is drawn of a crowd fades in as the reader comes nearer.
  shade.a *= clamp(most - crowd * 255.0, 0.0, 1.0);
  if (shade.a == 0.0) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
  hollow = ring;
}`;

const FRAGMENT = `#version 300 es
precision highp float;
in vec4 shade;
flat in float hollow, wide;
uniform float line;
uniform vec3 paper;
out vec4 result;
void main() {
  float radius = wide * 0.5;
  float from = length(gl_PointCoord - 0.5) * (wide + 1.0);
  float inside = clamp(radius - from + 0.5, 0.0, 1.0);
  // Of a small point its edge leaves most.
  float edge = min(line, wide * 0.16);
  float core = clamp(radius - edge - from + 0.5, 0.0, 1.0);
  // A ring is open in the middle; a disc has an edge in the colour of the page.
  float alpha = shade.a * (hollow > 0.5 ? inside - core : inside);
  vec3 tint = hollow > 0.5 ? shade.rgb : mix(paper, shade.rgb, line > 0.0 ? core : 1.0);
  result = vec4(tint * alpha, alpha);
}`;

/** A painter on a canvas; null where the browser has no WebGL 2. */
export function webglPainter(canvas) {
  const gl = canvas.getContext("webgl2", { antialias: false, premultipliedAlpha: true });
  if (!gl || gl.isContextLost()) return null;
  const program = link(gl);
  const at = (name) => gl.getUniformLocation(program, name);
  const uniforms = Object.fromEntries(
    ["middle", "scale", "size", "line", "most", "paper"].map((name) => [name, at(name)]),
  );
  const names = ["place", "colour", "ring", "factor", "crowd"];
  const buffers = Object.fromEntries(names.map((name) => [name, gl.createBuffer()]));
  const order = gl.createBuffer();
  let [whole, deep, drawn] = [null, null, 0];
  /** Leave out what is not drawn at this depth; in steps, so that the list is seldom made anew. */
  const thin = (most) => {
    const step = whole.crowd ? Math.min(256, 2 ** Math.ceil(Math.log2(Math.max(1, most)))) : 256;
    if (step === deep) return;
    deep = step;
    const rows = step < 256 ? whole.rows.filter((row) => whole.crowd[row] < step) : whole.rows;
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, order);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, rows, gl.STATIC_DRAW);
    drawn = rows.length;
  };
  return {
    kind: "webgl",
    places(x, y) {
      const pairs = new Float32Array(2 * x.length);
      for (let i = 0; i < x.length; i += 1) [pairs[2 * i], pairs[2 * i + 1]] = [x[i], y[i]];
      feed(gl, program, buffers.place, "place", pairs, 2, gl.FLOAT, false);
    },
    colours({ rgba, rings, rows, factors, crowd }) {
      feed(gl, program, buffers.colour, "colour", rgba, 4, gl.UNSIGNED_BYTE, true);
      feed(gl, program, buffers.ring, "ring", rings, 1, gl.UNSIGNED_BYTE, false);
      const sized = factors ?? new Uint8Array(rings.length).fill(64);
      feed(gl, program, buffers.factor, "factor", sized, 1, gl.UNSIGNED_BYTE, true);
      feed(gl, program, buffers.crowd, "crowd", crowd ?? new Uint8Array(rings.length), 1, gl.UNSIGNED_BYTE, true);
      whole = { rows, crowd };
      deep = null;
    },
    paint({ camera, frame, ratio, size, line, most, paper }) {
      if (whole) thin(most);
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT);
      gl.useProgram(program);
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      gl.uniform2f(uniforms.middle, camera.x, camera.y);
      const { scale } = camera;
      gl.uniform2f(uniforms.scale, (2 * scale) / frame.width, (2 * scale) / frame.height);
      gl.uniform1f(uniforms.size, size * ratio);
      gl.uniform1f(uniforms.most, most);
      gl.uniform1f(uniforms.line, line * ratio);
      gl.uniform3f(uniforms.paper, ...paper.map((part) => part / 255));
      gl.drawElements(gl.POINTS, drawn, gl.UNSIGNED_INT, 0);
    },
    dispose() {
      gl.getExtension("WEBGL_lose_context")?.loseContext();
    },
  };
}

function link(gl) {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ]) {
    const shader = gl.createShader(type);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program));
  return program;
}

function feed(gl, program, buffer, name, data, width, type, normalised) {
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
  const location = gl.getAttribLocation(program, name);
  gl.enableVertexAttribArray(location);
  gl.vertexAttribPointer(location, width, type, normalised, 0, 0);
}
