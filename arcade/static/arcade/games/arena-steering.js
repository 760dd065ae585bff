const KEYS = {
  arrowleft: [-1, 0], a: [-1, 0], arrowright: [1, 0], d: [1, 0],
  arrowup: [0, -1], w: [0, -1], arrowdown: [0, 1], s: [0, 1],
};
const EVERY = 60;
const SLACK = 0.4142;

/** The nearest of the eight ways of (x, y); nowhere when it is shorter than `least`. */
function way(x, y, least) {
  if (Math.hypot(x, y) < least) return [0, 0];
  return [
    Math.abs(x) < Math.abs(y) * SLACK ? 0 : Math.sign(x),
    Math.abs(y) < Math.abs(x) * SLACK ? 0 : Math.sign(y),
  ];
}

/**
 * Keys, mouse and touch as one direction, sent when it changes and at most every 60 ms.
 *
 * `me()` is where the runner is on the canvas. Keys count while the page has the focus; a pressed mouse
 * draws the runner to it; on touch screens the pad below is a joystick, and so is the canvas.
 */
export function steering({ canvas, pad, me, send, running }) {
  const held = new Set();
  let pointer = null;
  let sent = [0, 0];
  let last = -Infinity;
  let later = 0;

  function wish() {
    if (pointer?.stick) return way(pointer.x - pointer.x0, pointer.y - pointer.y0, 8);
    if (pointer) {
      const [x, y] = me();
      return way(pointer.x - x, pointer.y - y, 10);
    }
    let [dx, dy] = [0, 0];
    for (const key of held) {
      dx += KEYS[key][0];
      dy += KEYS[key][1];
    }
    return [Math.sign(dx), Math.sign(dy)];
  }

  function apply() {
    const [dx, dy] = wish();
    if (!running() || (dx === sent[0] && dy === sent[1])) return;
    const now = performance.now();
    clearTimeout(later);
    if (now - last < EVERY) {
      later = setTimeout(apply, EVERY);
      return;
    }
    last = now;
    sent = [dx, dy];
    send(dx, dy);
  }

  function key(event) {
    const name = event.key.toLowerCase();
    if (!(name in KEYS) || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, dialog")) return;
    event.preventDefault();
    if (event.type === "keydown") held.add(name);
    else held.delete(name);
    apply();
  }

  function place(event, el) {
    const box = el.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  function down(event) {
    if (pointer || event.button > 0) return;
    const el = event.currentTarget;
    el.setPointerCapture(event.pointerId);
    const spot = place(event, el);
    const stick = event.pointerType !== "mouse" || el === pad;
    const centre = el === pad ? { x: el.clientWidth / 2, y: el.clientHeight / 2 } : spot;
    pointer = { id: event.pointerId, el, stick, x0: centre.x, y0: centre.y, ...spot };
    moved();
  }

  function move(event) {
    if (event.pointerId !== pointer?.id) return;
    Object.assign(pointer, place(event, pointer.el));
    moved();
  }

  function up(event) {
    if (event.pointerId !== pointer?.id) return;
    pointer = null;
    moved();
  }

  function moved() {
    const knob = pad.firstElementChild;
    if (pointer?.stick) {
      const [x, y] = [pointer.x - pointer.x0, pointer.y - pointer.y0];
      const most = 52 / Math.max(52, Math.hypot(x, y));
      knob.style.transform = `translate(${x * most}px, ${y * most}px)`;
    } else knob.style.transform = "";
    apply();
  }

  function lose() {
    held.clear();
    pointer = null;
    moved();
  }

  // The runner moves under a mouse that rests: look again while it is pressed.
  const again = setInterval(apply, 100);
  for (const el of [canvas, pad]) {
    el.addEventListener("pointerdown", down);
    el.addEventListener("pointermove", move);
    el.addEventListener("pointerup", up);
    el.addEventListener("pointercancel", up);
  }
  addEventListener("keydown", key);
  addEventListener("keyup", key);
  addEventListener("blur", lose);

  return {
    stop() {
      clearInterval(again);
      clearTimeout(later);
      removeEventListener("keydown", key);
      removeEventListener("keyup", key);
      removeEventListener("blur", lose);
    },
  };
}
