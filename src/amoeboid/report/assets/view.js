// The interactive view: unpacks the data of the page, keeps one camera for all arms, and answers hand and keyboard.
(function () {
  "use strict";
  const root = document.getElementById("view3d");
  if (!root) return;
  const part = function (name) { return root.querySelector("[data-view=" + name + "]"); };
  const canvas = part("canvas"), stage = part("stage"), labels = part("labels");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const FULL = 14;                       // seconds of one passage at speed 1
  const TURN = 0.008, NEARER = 1.15, STEP = 0.12;
  const GAP = 6;                         // pixels between arms
  const SLOW = 90, RESTED = 500, COARSEST = 0.35;   // milliseconds of a slow picture and of rest; least share of pixels
  let view = null, drawing = null, playing = false, last = 0, dirty = true, seen = true, alone = -1, picked = -1;
  let shade = null, hidden = 0, now = 0, begin = 0, end = 1, boxes = [], quality = 1, slow = 0, drawn = false, rested = 0;
  const camera = { azimuth: -1.0, elevation: 0.38, half: 1, target: [0, 0, 0], depth: 1, turn: new Float32Array(9) };

  // ---- data

  async function unpacked(text, n) {
    const packed = Uint8Array.from(atob(text.trim()), function (letter) { return letter.charCodeAt(0); });
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    const whole = new Uint8Array(await new Response(stream).arrayBuffer());
    if (whole.length !== n) throw new Error("the data of the view are not whole");
    return whole;
  }

  function positions(bytes, n_cells, n_frames) {
    const n = 3 * n_cells, all = n * n_frames, steps = new Int16Array(4 * n_cells * n_frames);
    const before = new Uint16Array(n);
    for (let frame = 0; frame < n_frames; frame++) {
      for (let k = 0; k < n; k++) {
        const at = frame * n + k;
        before[k] += bytes[at] + 256 * bytes[all + at];
        steps[4 * (frame * n_cells + Math.floor(k / 3)) + k % 3] = before[k];
      }
    }
    return steps;
  }

  async function load() {
    view = JSON.parse(document.getElementById("view-header").textContent);
    const whole = await unpacked(document.getElementById("view-data").textContent, view.bytes);
    const cut = function (place) { return whole.subarray(place[0], place[0] + place[1]); };
    for (const arm of view.arms) {
      arm.position = positions(cut(arm.position), arm.cells, arm.time.length);
      arm.radiusRows = arm.radius[2];
      arm.radius = cut(arm.radius);
      const place = arm.identity;
      arm.identity = new Uint32Array(whole.slice(place[0], place[0] + place[1]).buffer);
      for (const name of Object.keys(arm.values)) arm.values[name] = cut(arm.values[name]);
      arm.outlines = (view.outlines[arm.name] || []).map(function (one) {
        return { kind: one.kind, lines: one.lines.map(function (x, k) { return x - view.origin[k % 3]; }) };
      });
    }
    begin = Math.min.apply(null, view.arms.map(function (arm) { return arm.time[0]; }));
    end = Math.max.apply(null, view.arms.map(function (arm) { return arm.time[arm.time.length - 1]; }));
    now = end;
  }

  // ---- time

  function around(times, moment) {
    let k = 0;
    while (k + 1 < times.length && times[k + 1] <= moment) k++;
    const next = Math.min(k + 1, times.length - 1);
    const step = times[next] - times[k];
    return [k, next, step > 0 ? Math.min(1, Math.max(0, (moment - times[k]) / step)) : 0];
  }

  function clock(seconds) {
    if (end >= 4 * 86400) return (seconds / 86400).toFixed(2) + " d";
    return end >= 2 * 3600 ? (seconds / 3600).toFixed(1) + " h" : (seconds / 60).toFixed(0) + " min";
  }

  // ---- picture

  function turned() {
    const a = camera.azimuth, e = camera.elevation;
    const right = [Math.cos(a + Math.PI / 2), Math.sin(a + Math.PI / 2), 0];
    const towards = [Math.cos(e) * Math.cos(a), Math.cos(e) * Math.sin(a), Math.sin(e)];
    const up = [-Math.sin(e) * Math.cos(a), -Math.sin(e) * Math.sin(a), Math.cos(e)];
    for (let k = 0; k < 3; k++) { camera.turn.set([right[k], up[k], towards[k]], 3 * k); }
    return { right: right, up: up };
  }

  function home() {
    let reach = 1;
    for (const arm of view.arms) {
      const far = [], n = 4 * arm.cells * (arm.time.length - 1);
      for (let k = 0; k < arm.cells; k++) {
        const x = arm.position[n + 4 * k], y = arm.position[n + 4 * k + 1], z = arm.position[n + 4 * k + 2];
        if (x > view.absent) far.push(Math.hypot(x, y, z) * view.quantum);
      }
      far.sort(function (one, other) { return one - other; });
      if (far.length) reach = Math.max(reach, far[Math.floor(0.995 * (far.length - 1))]);
    }
    camera.half = 1.06 * (reach + 12);
    camera.target = [0, 0, 0];
    camera.azimuth = -1.0;
    camera.elevation = 0.38;
    camera.depth = 2 * Math.max(reach, Math.hypot.apply(null, view.size)) + 50;
  }

  function layout() {
    const shown = alone >= 0 ? [alone] : view.arms.map(function (_, k) { return k; });
    const wide = [1, 1, 2, 3, 2, 3, 3, 4, 4][shown.length];
    const columns = stage.clientWidth < 700 ? Math.min(wide, 2) : wide;
    const rows = Math.ceil(shown.length / columns);
    const width = stage.clientWidth;
    const full = document.fullscreenElement === root;
    const most = full ? window.innerHeight - 190 : Math.max(320, 0.8 * window.innerHeight);
    const side = (width - GAP * (columns - 1)) / columns;
    const height = Math.min(side * (columns === 1 ? 0.62 : 1), (most - GAP * (rows - 1)) / rows);
    stage.style.height = Math.round(height * rows + GAP * (rows - 1)) + "px";
    labels.textContent = "";
    boxes = shown.map(function (arm, k) {
      const left = (k % columns) * (side + GAP), top = Math.floor(k / columns) * (height + GAP);
      label(arm, [left, top, side, height]);
      return { arm: arm, left: left, top: top, w: side, h: height, aspect: side / height, paper: [1, 1, 1] };
    });
    sharpen(1);
  }

  // a machine without a graphics card gets fewer pixels while something moves, and all of them once it rests
  function sharpen(share) {
    quality = share;
    const pixels = quality * Math.min(2, window.devicePixelRatio || 1);
    canvas.width = Math.round(stage.clientWidth * pixels);
    canvas.height = Math.round(parseFloat(stage.style.height) * pixels);
    for (const box of boxes) {
      box.x = Math.round(box.left * pixels);
      box.y = canvas.height - Math.round((box.top + box.h) * pixels);
      box.width = Math.round(box.w * pixels);
      box.height = Math.round(box.h * pixels);
    }
    dirty = true;
  }

  function label(arm, place) {
    const [left, top, side, height] = place;
    const edge = document.createElement("div");
    edge.className = "view-edge";
    Object.assign(edge.style, { left: left + "px", top: top + "px", width: side + "px", height: height + "px" });
    labels.appendChild(edge);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "view-label";
    button.textContent = view.arms[arm].name;
    button.title = alone >= 0 ? "show all arms" : "show this arm alone";
    button.disabled = view.arms.length === 1;
    button.style.left = left + 4 + "px";
    button.style.top = top + 2 + "px";
    button.style.maxWidth = side - 8 + "px";
    button.addEventListener("click", function () { alone = alone >= 0 ? -1 : arm; layout(); });
    labels.appendChild(button);
  }

  function draw() {
    turned();
    drawing.begin([1, 1, 1]);
    const share = Number(part("cut").value);
    const cut = share > 0 ? camera.half * (1.05 - 2.0 * share) : 1e9;
    for (const box of boxes) {
      const arm = view.arms[box.arm];
      const f = around(arm.time, now), s = times(arm, shade);
      const r = arm.radiusRows > 1 ? around(arm.sampleTime, now)[0] : 0;
      drawing.panel(arm, box.arm, box, camera, {
        frame: f[0], nextFrame: f[1], between: still.matches ? 0 : f[2], sample: s[0], nextSample: s[1],
        shadeBetween: still.matches ? 0 : s[2], radiusRow: r, shade: shade, cut: cut, hidden: hidden, picked: picked,
        outlines: part("outline").checked
      });
    }
    scale();
    part("clock").textContent = clock(now) + " of " + clock(end);
    part("time").setAttribute("aria-valuetext", clock(now));
  }

  function times(arm, what) {
    if (what.clock === "once") return [0, 0, 0];
    return around(what.clock === "frame" ? arm.time : arm.sampleTime, now);
  }

  function scale() {
    const width = boxes[0].w, span = 2 * camera.half * boxes[0].aspect;
    const wanted = 0.3 * span, power = Math.pow(10, Math.floor(Math.log10(wanted)));
    const nice = [5, 2, 1].map(function (k) { return k * power; }).find(function (length) { return length <= wanted; });
    part("scale").querySelector("b").style.width = nice / span * width + "px";
    part("scale").querySelector("span").textContent = nice >= 1000 ? nice / 1000 + " mm" : nice + " µm";
  }

  function frame(stamp) {
    window.requestAnimationFrame(frame);
    if (playing && seen && !document.hidden) {
      const passed = Math.min(0.5, (stamp - last) / 1000);
      now = Math.min(end, now + (end - begin) * passed / FULL * Number(part("rate").value));
      if (still.matches) snap(0);
      slider();
      dirty = true;
      if (now >= end) play(false);
    }
    if (drawn) {
      slow = stamp - last > SLOW ? slow + 1 : 0;
      if (slow > 2 && quality > COARSEST) { slow = 0; sharpen(Math.max(COARSEST, 0.7 * quality)); }
    } else if (quality < 1 && !playing && stamp - rested > RESTED) sharpen(1);
    last = stamp;
    drawn = dirty && seen;
    if (drawn) { dirty = false; draw(); rested = stamp; }
  }

  // ---- legend and colours

  function swatch(colour, text) {
    const item = document.createElement("span");
    const block = document.createElement("i");
    block.style.background = colour;
    item.append(block, text);
    return item;
  }

  function number(x) {
    if (x === 0) return "0";
    return Math.abs(x) >= 1000 || Math.abs(x) < 0.001 ? x.toExponential(1) : String(Number(x.toPrecision(2)));
  }

  function choose(name) {
    shade = view.shades.find(function (one) { return one.name === name; });
    const legend = part("legend"), table = new Uint8Array(768);
    legend.textContent = "";
    if (shade.classes.length) {
      shade.classes.forEach(function (word, k) {
        const colour = view.palette[k % view.palette.length];
        for (let c = 0; c < 3; c++) table[3 * k + c] = parseInt(colour.slice(1 + 2 * c, 3 + 2 * c), 16);
        legend.appendChild(swatch(colour, word));
      });
    } else {
      for (let k = 0; k < 255; k++) for (let c = 0; c < 3; c++) table[3 * k + c] = view.ramp[3 * Math.round(k * 255 / 254) + c];
      const bar = document.createElement("i");
      const stops = [];
      for (let k = 0; k <= 8; k++) stops.push("rgb(" + [0, 1, 2].map(function (c) { return view.ramp[3 * Math.round(k * 255 / 8) + c]; }) + ")");
      bar.className = "view-ramp";
      bar.style.background = "linear-gradient(to right," + stops + ")";
      const unit = shade.unit ? " " + shade.unit : "";
      legend.append((shade.low === 0 ? "" : "≤ ") + number(shade.low), bar, "≥ " + number(shade.high) + unit);
    }
    if (view.shades.some(function (one) { return one.name === "escape"; })) {
      const ring = swatch("transparent", "escaped");
      ring.firstChild.className = "view-ring";
      legend.appendChild(ring);
    }
    drawing.colours(table);
    dirty = true;
  }

  // ---- one cell

  function pick(x, y) {
    const box = boxes.find(function (one) { return x >= one.left && x < one.left + one.w && y >= one.top && y < one.top + one.h; });
    if (!box) return;
    const arm = view.arms[box.arm], f = around(arm.time, now), m = camera.turn, n = arm.cells;
    const r = arm.radiusRows > 1 ? around(arm.sampleTime, now)[0] : 0;
    const step = 2 * camera.half / box.h;
    const px = (x - box.left - box.w / 2) * step, py = (box.top + box.h / 2 - y) * step;
    const share = Number(part("cut").value), cut = share > 0 ? camera.half * (1.05 - 2 * share) : 1e9;
    let best = -1e9, found = -1;
    for (let k = 0; k < n; k++) {
      const a = 4 * (f[0] * n + k), b = 4 * (f[1] * n + k);
      if (arm.position[a] <= view.absent) continue;
      if (arm.values.type && (hidden >> arm.values.type[k]) & 1) continue;
      const t = arm.position[b] <= view.absent || still.matches ? 0 : f[2], p = [0, 0, 0];
      for (let c = 0; c < 3; c++) p[c] = ((1 - t) * arm.position[a + c] + t * arm.position[b + c]) * view.quantum - camera.target[c];
      const sx = m[0] * p[0] + m[3] * p[1] + m[6] * p[2] - px, sy = m[1] * p[0] + m[4] * p[1] + m[7] * p[2] - py;
      const sz = m[2] * p[0] + m[5] * p[1] + m[8] * p[2], size = arm.radius[r * n + k] * view.radiusStep;
      if (sx * sx + sy * sy < size * size && sz > best && sz - size < cut) { best = sz; found = arm.identity[k]; }
    }
    picked = found;
    tell();
    dirty = true;
  }

  function text(what, arm, cell) {
    const values = arm.values[what.name];
    if (!values) return "–";
    const value = values[times(arm, what)[0] * arm.cells + cell];
    if (value === 255) return "–";
    if (what.classes.length) return what.classes[value] || "–";
    const step = (what.high - what.low) / 254;       // a byte holds 254 steps: what is below half of one is not known
    if (value === 0) return "≤ " + number(what.low + step / 2);
    return value === 254 ? "≥ " + number(what.high - step / 2) : number(what.low + value * step);
  }

  function tell() {
    const place = part("picked");
    place.textContent = "";
    if (picked < 0) return;
    const table = document.createElement("table"), head = table.createTHead().insertRow(), body = table.createTBody();
    const caption = table.createCaption();
    caption.textContent = "Cell " + picked + " at " + clock(now) + ", ringed black; the same number is the same cell in every arm";
    for (const word of ["arm"].concat(view.shades.map(function (one) { return one.label + (one.unit ? " [" + one.unit + "]" : ""); }))) {
      const cell = document.createElement("th");
      cell.textContent = word;
      head.appendChild(cell);
    }
    for (const arm of view.arms) {
      const k = arm.identity.indexOf(picked), row = body.insertRow();
      row.insertCell().textContent = arm.name;
      for (const one of view.shades) row.insertCell().textContent = k < 0 ? "–" : text(one, arm, k);
    }
    place.appendChild(table);
  }

  // ---- hand and keyboard

  function slider() { part("time").value = String(1000 * (now - begin) / Math.max(1e-9, end - begin)); }

  function snap(steps) {
    const times_ = view.arms[0].time;
    const k = Math.min(times_.length - 1, Math.max(0, around(times_, now + 1e-6)[0] + steps));
    now = times_[k];
    slider();
    dirty = true;
  }

  function play(on) {
    if (on && now >= end) now = begin;
    playing = on;
    part("play").textContent = on ? "❚❚ Pause" : "▶ Play";
    part("play").setAttribute("aria-pressed", String(on));
    if (!on && picked >= 0) tell();
    dirty = true;
  }

  function turn(azimuth, elevation) {
    camera.azimuth -= azimuth;
    camera.elevation = Math.min(Math.PI / 2, Math.max(-Math.PI / 2, camera.elevation + elevation));
    dirty = true;
  }

  function zoom(factor) {
    camera.half = Math.min(camera.depth, Math.max(5, camera.half * factor));
    dirty = true;
  }

  function move(dx, dy) {
    const axes = turned(), step = 2 * camera.half / boxes[0].h;
    for (let k = 0; k < 3; k++) camera.target[k] += step * (-dx * axes.right[k] + dy * axes.up[k]);
    dirty = true;
  }

  function keys(event) {
    const acts = {
      ArrowLeft: function () { turn(-STEP, 0); }, ArrowRight: function () { turn(STEP, 0); },
      ArrowUp: function () { turn(0, STEP); }, ArrowDown: function () { turn(0, -STEP); },
      "+": function () { zoom(1 / NEARER); }, "=": function () { zoom(1 / NEARER); }, "-": function () { zoom(NEARER); },
      " ": function () { play(!playing); }, ",": function () { snap(-1); }, ".": function () { snap(1); },
      Home: function () { home(); dirty = true; }, Escape: function () { picked = -1; tell(); dirty = true; }
    };
    if (event.ctrlKey || event.metaKey || event.altKey || !acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  function hand() {
    const pointers = new Map();
    let travelled = 0;
    canvas.addEventListener("pointerdown", function (event) {
      canvas.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, [event.clientX, event.clientY]);
      travelled = 0;
    });
    canvas.addEventListener("pointermove", function (event) {
      const before = pointers.get(event.pointerId);
      if (!before) return;
      const dx = event.clientX - before[0], dy = event.clientY - before[1];
      const apart = spread(pointers);
      pointers.set(event.pointerId, [event.clientX, event.clientY]);
      travelled += Math.abs(dx) + Math.abs(dy);
      if (pointers.size === 2) {
        if (apart > 0 && spread(pointers) > 0) zoom(apart / spread(pointers));
        move(dx / 2, dy / 2);
      } else if (event.shiftKey || event.buttons === 2) move(dx, dy);
      else turn(dx * TURN, dy * TURN);
    });
    const up = function (event) {
      if (pointers.delete(event.pointerId) && event.type === "pointerup" && travelled < 4 && pointers.size === 0) {
        const place = canvas.getBoundingClientRect();
        pick(event.clientX - place.left, event.clientY - place.top);
      }
    };
    canvas.addEventListener("pointerup", up);
    canvas.addEventListener("pointercancel", up);
    canvas.addEventListener("contextmenu", function (event) { event.preventDefault(); });
    // the wheel scrolls the page until the picture has been chosen by a click or by the keyboard
    canvas.addEventListener("wheel", function (event) {
      if (document.activeElement !== canvas && !event.ctrlKey) return;
      event.preventDefault();
      zoom(Math.pow(NEARER, Math.sign(event.deltaY)));
    }, { passive: false });
    canvas.addEventListener("keydown", keys);
  }

  function spread(pointers) {
    if (pointers.size !== 2) return 0;
    const two = Array.from(pointers.values());
    return Math.hypot(two[0][0] - two[1][0], two[0][1] - two[1][1]);
  }

  function controls() {
    const select = part("shade");
    for (const one of view.shades) {
      const option = document.createElement("option");
      option.value = one.name;
      option.textContent = one.label + (one.unit ? " [" + one.unit + "]" : "");
      select.appendChild(option);
    }
    select.addEventListener("change", function () { choose(select.value); });
    part("time").addEventListener("input", function () {
      now = begin + (end - begin) * Number(part("time").value) / 1000;
      if (still.matches) snap(0);
      dirty = true;
      if (picked >= 0) tell();
    });
    part("time").addEventListener("keydown", function (event) {
      const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (step) { event.preventDefault(); snap(step); }
    });
    part("play").addEventListener("click", function () { play(!playing); });
    part("cut").addEventListener("input", function () { dirty = true; });
    part("outline").addEventListener("change", function () { dirty = true; });
    const large = part("large");
    large.hidden = !root.requestFullscreen;
    large.addEventListener("click", function () {
      if (document.fullscreenElement) document.exitFullscreen(); else root.requestFullscreen();
    });
    document.addEventListener("fullscreenchange", function () {
      large.textContent = document.fullscreenElement ? "Smaller" : "Larger";
      layout();
    });
    const sides = { x: [0, 0], y: [Math.PI / 2, 0], z: [-Math.PI / 2, Math.PI / 2], corner: [-1.0, 0.38] };
    for (const button of root.querySelectorAll("[data-side]")) {
      button.addEventListener("click", function () {
        camera.azimuth = sides[button.dataset.side][0];
        camera.elevation = sides[button.dataset.side][1];
        dirty = true;
      });
    }
    types();
  }

  function types() {
    const kinds = view.shades.find(function (one) { return one.name === "type"; });
    if (!kinds) return;
    kinds.classes.forEach(function (word, k) {
      const label_ = document.createElement("label"), box = document.createElement("input");
      box.type = "checkbox";
      box.checked = true;
      box.addEventListener("change", function () { hidden = box.checked ? hidden & ~(1 << k) : hidden | (1 << k); dirty = true; });
      label_.append(box, " " + word + " ");
      part("types").appendChild(label_);
    });
  }

  async function start() {
    if (typeof DecompressionStream === "undefined" || !window.WebGL2RenderingContext) return;
    await load();
    drawing = ViewDrawing.create(canvas, view);
    if (!drawing) return;
    root.querySelector(".view-fallback").hidden = true;
    root.querySelector(".view-live").hidden = false;
    home();
    controls();
    hand();
    layout();
    choose(view.shades[0].name);
    new ResizeObserver(layout).observe(stage.parentElement);
    new IntersectionObserver(function (entries) { seen = entries[entries.length - 1].isIntersecting; }).observe(canvas);
    canvas.addEventListener("webglcontextlost", function () {
      root.querySelector(".view-live").hidden = true;
      root.querySelector(".view-fallback").hidden = false;
    });
    root.dataset.ready = "true";
    window.requestAnimationFrame(frame);
  }

  // the data are unpacked only when the view comes near: the page itself opens at once
  const near = new IntersectionObserver(function (entries) {
    if (!entries.some(function (entry) { return entry.isIntersecting; })) return;
    near.disconnect();
    start().catch(function (error) { root.dataset.failed = String(error); });
  }, { rootMargin: "800px" });
  near.observe(root);
})();
