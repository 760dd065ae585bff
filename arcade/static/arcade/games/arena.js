import { announce, h, show, text } from "../dom.js";
import { minutes } from "../words.js";
import { arrange } from "./arena-labels.js";
import { steering } from "./arena-steering.js";
import { LETTERS, colour, palette, still, surface } from "./canvas.js";

export const title = "Arena";
export const blurb = "Run, collect coins, bump rivals. 90 seconds, most coins win.";
export const keys = [
  ["W", "A", "S", "D", "or arrows: run"],
  ["Mouse", "hold to run there"],
];

const WIDTH = 16_000;
const HEIGHT = 9_000;
const RUNNER = 300;
const COIN = 160;
const DELAY = 75;
const KEEP = 8;

/** The scores, for the strips beside the field. */
export const scores = (view) => view.game?.runners.map((runner) => runner.score) ?? null;

function field(ctx, w, hgt, colours) {
  ctx.fillStyle = colours.floor;
  ctx.fillRect(0, 0, w, hgt);
  ctx.strokeStyle = colours.grid;
  ctx.lineWidth = 1;
  const step = w / 16;
  ctx.beginPath();
  for (let x = step; x < w - 1; x += step) {
    ctx.moveTo(x, 0);
    ctx.lineTo(x, hgt);
  }
  for (let y = step; y < hgt - 1; y += step) {
    ctx.moveTo(0, y);
    ctx.lineTo(w, y);
  }
  ctx.stroke();
}

function circle(ctx, x, y, r) {
  ctx.beginPath();
  ctx.arc(x, y, Math.max(0, r), 0, 7);
}

function coin(ctx, x, y, r, now) {
  const turn = still() ? 1 : 0.35 + 0.65 * Math.abs(Math.cos(now / 420 + x));
  ctx.fillStyle = "#e0a313";
  ctx.strokeStyle = "#7c5600";
  ctx.lineWidth = Math.max(1, r * 0.18);
  ctx.beginPath();
  ctx.ellipse(x, y, r * turn, r, 0, 0, 7);
  ctx.fill();
  ctx.stroke();
}

/** One runner: its team's colour, its seat's letter, a nose towards where it steers. */
function body(ctx, { x, y, r, seat, runner, mine, colours, now }) {
  ctx.save();
  if (runner.out) ctx.globalAlpha = 0.3;
  if (runner.safe && !still()) ctx.globalAlpha *= 0.7 + 0.3 * Math.sin(now / 60);
  if (mine) {
    ctx.strokeStyle = colours.ink;
    ctx.lineWidth = Math.max(2, r * 0.16);
    circle(ctx, x, y, r + ctx.lineWidth * 1.4);
    ctx.stroke();
  }
  const angle = Math.atan2(runner.dy, runner.dx);
  if (runner.dx || runner.dy) {
    ctx.fillStyle = colours.ink;
    ctx.beginPath();
    ctx.moveTo(x + Math.cos(angle) * r * 1.55, y + Math.sin(angle) * r * 1.55);
    ctx.lineTo(x + Math.cos(angle + 0.55) * r, y + Math.sin(angle + 0.55) * r);
    ctx.lineTo(x + Math.cos(angle - 0.55) * r, y + Math.sin(angle - 0.55) * r);
    ctx.fill();
  }
  ctx.fillStyle = colour(runner.team);
  ctx.strokeStyle = "rgb(0 0 0 / 45%)";
  ctx.lineWidth = Math.max(1, r * 0.09);
  circle(ctx, x, y, r);
  ctx.fill();
  ctx.stroke();
  ctx.fillStyle = "#14131b";
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.font = `800 ${r * 1.15}px system-ui, sans-serif`;
  ctx.fillText(runner.dizzy ? "✶" : LETTERS[seat], x, y + r * 0.07);
  ctx.restore();
}

/** The names, where they do not cover each other; `held` is what it returned before. */
function label(ctx, runners, { names, mine, r, w, hgt, colours, held }) {
  const size = Math.max(10, Math.min(14, r * 0.85));
  ctx.save();
  ctx.font = `600 ${size}px system-ui, sans-serif`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.lineWidth = 3;
  ctx.lineJoin = "round";
  ctx.strokeStyle = colours.floor;
  const labels = runners.map(({ x, y, seat }) => ({ x, y, r, size, half: ctx.measureText(names[seat]).width / 2 + 4 }));
  const places = arrange(labels, w, hgt, held);
  places.forEach((place, n) => {
    if (!place) return;
    const { seat, out } = runners[n];
    ctx.globalAlpha = out ? 0.3 : 1;
    ctx.fillStyle = seat === mine ? colours.ink : colours.muted;
    ctx.strokeText(names[seat], place.x, place.y);
    ctx.fillText(names[seat], place.x, place.y);
  });
  ctx.restore();
  return places;
}

/** Four runners that chase coins by themselves, for the card on the home page. */
export function preview(canvas) {
  const runners = [0, 1, 2, 3].map((n) => ({ x: 3000 + n * 3300, y: 2500 + (n % 2) * 4000, dx: 0, dy: 0, team: n }));
  let dice = 7;
  const random = (n) => (dice = (dice * 48_271) % 2_147_483_647) % n;
  const scatter = () => ({ x: 700 + random(WIDTH - 1400), y: 700 + random(HEIGHT - 1400) });
  const coins = Array.from({ length: 7 }, scatter);
  let before = null;
  return surface(canvas, (ctx, w, hgt, now) => {
    const spent = Math.min(50, now - (before ?? now)) * (still() ? 0 : 1);
    before = now;
    runners.forEach((runner, n) => {
      const aim = coins[(n * 2) % coins.length];
      const [x, y] = [aim.x - runner.x, aim.y - runner.y];
      const far = Math.hypot(x, y) || 1;
      runner.x += (x / far) * spent * 2.6;
      runner.y += (y / far) * spent * 2.6;
      [runner.dx, runner.dy] = [x / far, y / far];
      coins.forEach((c, at) => {
        if (Math.hypot(c.x - runner.x, c.y - runner.y) < RUNNER + COIN) coins[at] = scatter();
      });
    });
    const scale = w / WIDTH;
    const colours = palette();
    field(ctx, w, hgt, colours);
    coins.forEach((c) => coin(ctx, c.x * scale, c.y * scale, COIN * 1.5 * scale, now));
    runners.forEach((runner, seat) => body(ctx, { x: runner.x * scale, y: runner.y * scale, r: RUNNER * 1.5 * scale, seat, runner, colours, now }));
    return !still();
  });
}

/** Put the field into `el`. Returns `update(view, time)`, `event(name, data)` and `unmount()`. */
export function mount(el, match) {
  const { seats } = match.welcome;
  const names = seats.map(({ name }) => (Array.from(name).length > 14 ? `${Array.from(name).slice(0, 13).join("")}…` : name));
  const frames = [];
  const pops = [];
  let view = match.view;
  let told = null;
  let held = [];

  const left = h("span", { class: "left num", role: "timer", "aria-label": "Time left" }, "");
  const lead = h("span", { class: "quiet clip" }, "");
  const canvas = h("canvas", { tabindex: "0", role: "img", "aria-label": "The field. Run with the arrow keys, or W, A, S and D." });
  canvas.style.aspectRatio = `${WIDTH} / ${HEIGHT}`;
  const pad = h("div", { class: "pad", "aria-hidden": "true" }, h("div", { class: "knob" }));
  const wrap = h("div", { class: "pit" }, h("div", { class: "hud" }, left, lead), canvas, match.seat === null ? "" : pad);
  wrap.style.setProperty("--ratio", String(WIDTH / HEIGHT));
  el.append(wrap);

  const running = () => view?.phase === "running";
  const steer = match.seat === null ? null : steering({ canvas, pad, me, send: (dx, dy) => match.send({ dx, dy }), running });

  /** Where this seat's runner is on the canvas, in CSS pixels. */
  function me() {
    const runner = frames.at(-1)?.runners[match.seat];
    const scale = canvas.clientWidth / WIDTH;
    return runner ? [runner.x * scale, runner.y * scale] : [0, 0];
  }

  /** Runners between the two frames around a moment that lies a little in the past. */
  function at(time) {
    const next = frames.findIndex((frame) => frame.time >= time);
    if (next < 0) return frames.at(-1);
    if (next === 0) return frames[0];
    const [a, b] = [frames[next - 1], frames[next]];
    const from = Math.max(a.time, b.time - 100);
    const part = Math.max(0, Math.min(1, (time - from) / Math.max(1, b.time - from)));
    return {
      coins: part < 0.5 ? a.coins : b.coins,
      runners: b.runners.map((runner, seat) => {
        const was = a.runners[seat];
        return { ...runner, x: was.x + (runner.x - was.x) * part, y: was.y + (runner.y - was.y) * part };
      }),
    };
  }

  const scene = surface(canvas, (ctx, w, hgt, now) => {
    const colours = palette();
    const scale = w / WIDTH;
    field(ctx, w, hgt, colours);
    if (!frames.length) return false;
    const frame = at(match.matchTime() - DELAY);
    const r = Math.max(RUNNER * scale, 9);
    frame.coins.forEach((c) => coin(ctx, c.x * scale, c.y * scale, Math.max(COIN * scale, 5), now));
    const order = frame.runners.map((_, seat) => seat).sort((a, b) => (a === match.seat) - (b === match.seat));
    for (const seat of order) {
      const runner = frame.runners[seat];
      body(ctx, { x: runner.x * scale, y: runner.y * scale, r, seat, runner, mine: seat === match.seat, colours, now });
    }
    const named = order.reverse().map((seat) => ({ seat, x: frame.runners[seat].x * scale, y: frame.runners[seat].y * scale, out: frame.runners[seat].out }));
    held = label(ctx, named, { names, mine: match.seat, r, w, hgt, colours, held });
    for (const pop of [...pops]) {
      pop.start ??= now;
      const age = (now - pop.start) / 700;
      if (age >= 1) {
        pops.splice(pops.indexOf(pop), 1);
        continue;
      }
      const runner = frame.runners[pop.seat];
      ctx.globalAlpha = 1 - age;
      ctx.fillStyle = colours.ink;
      ctx.textAlign = "center";
      ctx.font = `800 ${Math.max(13, r)}px system-ui, sans-serif`;
      ctx.fillText(pop.text, runner.x * scale + r * 1.9, runner.y * scale - r * (age * 1.4 - 0.3));
      ctx.globalAlpha = 1;
    }
    hud();
    return running() || pops.length > 0;
  });

  function hud() {
    const game = view?.game;
    if (!game) return;
    const seconds = running() ? Math.ceil(Math.max(0, game.ends - match.matchTime()) / 1000) : 0;
    text(left, minutes(seconds));
    left.classList.toggle("low", running() && seconds <= 10);
    const best = Math.max(...game.runners.map((runner) => runner.score));
    const first = game.runners.flatMap((runner, seat) => (runner.score === best ? [seat] : []));
    text(lead, best === 0 ? "No coins yet" : first.length > 1 ? `${best} coins: a tie` : `${first[0] === match.seat ? "You lead" : `${names[first[0]]} leads`} with ${best}`);
    if (running() && seconds !== told && [60, 30, 10].includes(seconds)) {
      told = seconds;
      announce(`${seconds} seconds left.`);
    }
  }

  return {
    update(next, time = match.matchTime()) {
      view = next;
      if (next?.game && frames.at(-1)?.time !== time) {
        frames.push({ time, runners: next.game.runners, coins: next.game.coins });
        if (frames.length > KEEP) frames.shift();
      }
      show(pad, running());
      hud();
      scene.poke();
    },
    event(name, data) {
      if (name === "scored") pops.push({ seat: data.seat, text: "+1" });
      if (name === "bumped" && data.dropped) pops.push({ seat: data.seat, text: "−1" });
      if (pops.length > 24) pops.shift();
    },
    unmount() {
      steer?.stop();
      scene.stop();
      wrap.remove();
    },
  };
}
