// Draws cells as spheres: one quad per cell, whose pixels find their own depth and normal, so that 100,000 cells are
// 100,000 quads. Each arm's frames lie in one buffer on the graphics card; showing another time only moves an offset.
const ViewDrawing = (function () {
  "use strict";
  const CELLS = `#version 300 es
    precision highp float;
    in vec2 corner;
    in vec4 from; in vec4 to;        // steps from the middle, in two frames; the fourth is not used
    in float shadeFrom; in float shadeTo;
    in float radius; in float kind; in float ring;
    in float identity;
    uniform mat3 turn; uniform vec3 target; uniform vec2 half_; uniform float between, shadeBetween, quantum, radiusStep;
    uniform float absent, depth, cut, isClass, hidden, picked, none_;
    out vec2 place; flat out float shade; flat out float size; flat out float mark; out float ahead;
    void main() {
      bool gone = from.x <= absent || (mod(floor(hidden / exp2(kind)), 2.0) > 0.5);
      vec3 at = (to.x <= absent ? from.xyz : mix(from.xyz, to.xyz, between)) * quantum - target;
      vec3 seen = turn * at;
      size = radius * radiusStep;
      if (gone || seen.z - size > cut) { gl_Position = vec4(2.0, 2.0, 2.0, 1.0); return; }
      place = corner;
      float next = shadeTo >= none_ ? shadeFrom : shadeTo;
      shade = shadeFrom >= none_ ? none_ : (isClass > 0.5 ? shadeFrom : mix(shadeFrom, next, shadeBetween));
      mark = identity == picked ? 2.0 : (ring >= 2.0 && ring < 4.0 ? 1.0 : 0.0);
      ahead = seen.z;
      gl_Position = vec4((seen.xy + corner * size * 1.06) / half_, 0.0, 1.0);
    }`;
  const SPHERE = `#version 300 es
    precision highp float;
    in vec2 place; flat in float shade; flat in float size; flat in float mark; in float ahead;
    uniform sampler2D ramp; uniform float depth, cut, isClass, none_, pixel;
    uniform vec3 paper;
    out vec4 colour;
    void main() {
      vec2 p = place * 1.06;
      float r2 = dot(p, p);
      if (r2 > 1.0) discard;
      float up = sqrt(1.0 - r2);
      float z = ahead + up * size;
      vec3 base = shade >= none_ ? vec3(0.72) : texture(ramp, vec2((shade + 0.5) / 256.0, 0.5)).rgb;
      vec3 lit;
      if (z > cut) {                       // the plane of the cut goes through this cell: show its inside, flat
        float inside = (cut - ahead) / size;
        if (r2 > 1.0 - inside * inside) discard;
        z = cut;
        lit = mix(base, vec3(1.0), 0.25);
      } else {
        vec3 n = vec3(p, up);
        float diffuse = max(dot(n, normalize(vec3(-0.45, 0.55, 0.75))), 0.0);
        float shine = pow(max(dot(n, normalize(vec3(-0.25, 0.32, 0.95))), 0.0), 40.0);
        lit = base * (0.42 + 0.66 * diffuse) + 0.16 * shine;
        lit *= mix(0.72, 1.0, smoothstep(0.0, 0.5, up));
      }
      float rim = 1.0 - clamp(1.5 * pixel / size, 0.08, 0.26);
      if (mark > 1.5 && r2 > rim * rim * 0.8) lit = vec3(0.0);
      else if (mark > 0.5 && r2 > rim * rim) lit = vec3(0.84, 0.37, 0.0);
      float far = clamp(0.5 - 0.5 * z / depth, 0.0, 1.0);
      colour = vec4(mix(lit, paper, 0.55 * far * far), 1.0);
      gl_FragDepth = clamp(0.5 - 0.5 * z / depth, 0.0, 1.0);
    }`;
  const LINES = `#version 300 es
    precision highp float;
    in vec3 point;
    uniform mat3 turn; uniform vec3 target; uniform vec2 half_; uniform float depth;
    void main() {
      vec3 seen = turn * (point - target);
      gl_Position = vec4(seen.xy / half_, clamp(-seen.z / depth, -1.0, 1.0), 1.0);
    }`;
  const INK = `#version 300 es
    precision highp float;
    uniform vec4 ink; out vec4 colour;
    void main() { colour = vec4(ink.rgb * ink.a, ink.a); }`;
  const INKS = {
    domain: [0.55, 0.55, 0.55, 0.45], gel: [0.0, 0.45, 0.7, 0.55], start: [0.25, 0.25, 0.25, 0.28],
    membrane: [0.0, 0.62, 0.45, 0.6], vessel: [0.84, 0.2, 0.1, 0.6]
  };

  function program(gl, vertex, fragment, names) {
    const made = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader));
      gl.attachShader(made, shader);
    }
    names.forEach(function (name, k) { gl.bindAttribLocation(made, k, name); });
    gl.linkProgram(made);
    if (!gl.getProgramParameter(made, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(made));
    const uniforms = {};
    for (let k = 0; k < gl.getProgramParameter(made, gl.ACTIVE_UNIFORMS); k++) {
      const name = gl.getActiveUniform(made, k).name;
      uniforms[name] = gl.getUniformLocation(made, name);
    }
    return { made: made, uniforms: uniforms };
  }

  function buffer(gl, data) {
    const made = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, made);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
    return made;
  }

  function create(canvas, view) {
    const gl = canvas.getContext("webgl2", { antialias: true, alpha: false, powerPreference: "high-performance" });
    if (!gl) return null;
    const cells = program(gl, CELLS, SPHERE,
      ["corner", "from", "to", "shadeFrom", "shadeTo", "radius", "kind", "ring", "identity"]);
    const lines = program(gl, LINES, INK, ["point"]);
    const corner = buffer(gl, new Int8Array([-1, -1, 1, -1, -1, 1, 1, 1]));
    const ramp = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, ramp);
    for (const [key, value] of [[gl.TEXTURE_MIN_FILTER, gl.NEAREST], [gl.TEXTURE_MAG_FILTER, gl.NEAREST],
      [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE], [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE]]) {
      gl.texParameteri(gl.TEXTURE_2D, key, value);
    }
    const arms = view.arms.map(function (arm) {
      const values = {};
      for (const name of Object.keys(arm.values)) values[name] = buffer(gl, arm.values[name]);
      return {
        position: buffer(gl, arm.position), radius: buffer(gl, arm.radius), values: values,
        identity: buffer(gl, Float32Array.from(arm.identity)),
        outlines: arm.outlines.map(function (one) {
          return { kind: one.kind, n: one.lines.length / 3, points: buffer(gl, new Float32Array(one.lines)) };
        })
      };
    });

    function attribute(index, data, size, type, stride, offset, each) {
      gl.bindBuffer(gl.ARRAY_BUFFER, data);
      gl.enableVertexAttribArray(index);
      gl.vertexAttribPointer(index, size, type, false, stride, offset);
      gl.vertexAttribDivisor(index, each ? 1 : 0);
    }

    function bytes(index, data, n, row, without) {
      if (data) attribute(index, data, 1, gl.UNSIGNED_BYTE, 1, n * row, true);
      else { gl.disableVertexAttribArray(index); gl.vertexAttrib1f(index, without); gl.vertexAttribDivisor(index, 0); }
    }

    function colours(table) {
      gl.bindTexture(gl.TEXTURE_2D, ramp);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB, 256, 1, 0, gl.RGB, gl.UNSIGNED_BYTE, table);
    }

    function common(which, panel, camera) {
      gl.useProgram(which.made);
      const u = which.uniforms;
      gl.uniformMatrix3fv(u.turn, false, camera.turn);
      gl.uniform3fv(u.target, camera.target);
      gl.uniform2f(u.half_, camera.half * panel.aspect, camera.half);
      gl.uniform1f(u.depth, camera.depth);
      return u;
    }

    // what: {frame, nextFrame, between, sample, nextSample, shadeBetween, radiusRow, shade, cut, hidden, picked, escape}
    function panel(arm, k, box, camera, what) {
      const own = arms[k], n = arm.cells;
      gl.viewport(box.x, box.y, box.width, box.height);
      gl.scissor(box.x, box.y, box.width, box.height);
      gl.clearColor(box.paper[0], box.paper[1], box.paper[2], 1);
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
      const u = common(cells, box, camera);
      gl.uniform1f(u.between, what.between); gl.uniform1f(u.shadeBetween, what.shadeBetween);
      gl.uniform1f(u.quantum, view.quantum); gl.uniform1f(u.radiusStep, view.radiusStep);
      gl.uniform1f(u.absent, view.absent); gl.uniform1f(u.cut, what.cut);
      gl.uniform1f(u.isClass, what.shade.classes.length ? 1 : 0); gl.uniform1f(u.hidden, what.hidden);
      gl.uniform1f(u.picked, what.picked); gl.uniform1f(u.none_, 255);
      gl.uniform1f(u.pixel, 2 * camera.half / box.height); gl.uniform3fv(u.paper, box.paper);
      attribute(0, corner, 2, gl.BYTE, 2, 0, false);
      attribute(1, own.position, 4, gl.SHORT, 8, 8 * n * what.frame, true);
      attribute(2, own.position, 4, gl.SHORT, 8, 8 * n * what.nextFrame, true);
      bytes(3, own.values[what.shade.name], n, what.sample, 255);
      bytes(4, own.values[what.shade.name], n, what.nextSample, 255);
      bytes(5, own.radius, n, what.radiusRow, 0);
      bytes(6, own.values.type, n, 0, 0);
      bytes(7, own.values.escape, n, what.frame, 0);
      attribute(8, own.identity, 1, gl.FLOAT, 4, 0, true);
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, n);
      for (let index = 1; index < 9; index++) gl.vertexAttribDivisor(index, 0);
      if (what.outlines) outline(own, box, camera);
    }

    function outline(own, box, camera) {
      const u = common(lines, box, camera);
      for (let index = 1; index < 9; index++) gl.disableVertexAttribArray(index);
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      gl.depthMask(false);
      for (const one of own.outlines) {
        attribute(0, one.points, 3, gl.FLOAT, 12, 0, false);
        gl.uniform4fv(u.ink, INKS[one.kind] || INKS.domain);
        gl.drawArrays(gl.LINES, 0, one.n);
      }
      gl.depthMask(true);
      gl.disable(gl.BLEND);
    }

    function begin(paper) {
      gl.enable(gl.DEPTH_TEST);
      gl.disable(gl.SCISSOR_TEST);
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clearColor(paper[0], paper[1], paper[2], 1);
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
      gl.enable(gl.SCISSOR_TEST);
    }

    return { begin: begin, panel: panel, colours: colours, gl: gl };
  }

  return { create: create };
})();
