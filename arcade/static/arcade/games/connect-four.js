import { announce, h } from "../dom.js";
import { colour, palette, still, surface } from "./canvas.js";
import { disc } from "./disc.js";

export const title = "Connect four";
export const blurb = "Drop discs; four in a row wins.";
export const keys = [
  ["←", "→", "choose a column"],
  ["Enter", "drop"],
  ["1", "–", "7", "drop there"],
];

const COLUMNS = 7;
const ROWS = 6;
const SIDE = 0.084;
const CELL = (COLUMNS - 2 * SIDE) / COLUMNS;
const TALL = 6.9;
const GRAVITY = 55;
const NAMES = ["Red", "Yellow"];

/** A small picture of a seat's disc, for the places where its player is named. */
export function mark(canvas, seat) {
  return surface(canvas, (ctx, w, hgt) => disc(ctx, w / 2, hgt / 2, w / 2 - 1, seat));
}

/** How many moves were made. */
export const moves = (view) => view.game?.board.reduce((sum, column) => sum + column.length, 0) ?? 0;

const centre = (c, r) => [SIDE + (c + 0.5) * CELL, TALL - SIDE - (r + 0.5) * CELL];

/** Draw a board in units of a seventh of its width. `lift(c, r)` is how far a disc still has to fall. */
function drawBoard(ctx, board, colours, { lift = () => 0, last = null, line = null, now = 0 } = {}) {
  const top = TALL - ROWS * CELL - 2 * SIDE;
  ctx.fillStyle = colours.deep;
  ctx.beginPath();
  ctx.roundRect(0.02, top + 0.02, COLUMNS - 0.04, TALL - top - 0.04, 0.32);
  ctx.fill();
  const r = CELL * 0.415;
  for (let c = 0; c < COLUMNS; c++) {
    for (let y = 0; y < ROWS; y++) {
      const [px, py] = centre(c, y);
      ctx.fillStyle = colours.hole;
      ctx.beginPath();
      ctx.arc(px, py, r, 0, 7);
      ctx.fill();
    }
  }
  ctx.save();
  ctx.beginPath();
  ctx.roundRect(0.02, 0, COLUMNS - 0.04, TALL - 0.02, 0.32);
  ctx.clip();
  board.forEach((column, c) =>
    column.forEach((seat, y) => {
      const [px, py] = centre(c, y);
      const dim = line && !line.some(([lc, lr]) => lc === c && lr === y) ? 0.42 : 1;
      disc(ctx, px, py - lift(c, y), r * 1.04, seat, dim);
    }),
  );
  ctx.restore();
  // The face goes over the discs, so that they fall behind it.
  ctx.fillStyle = colours.board;
  ctx.beginPath();
  ctx.roundRect(0, top, COLUMNS, TALL - top, 0.34);
  for (let c = 0; c < COLUMNS; c++) {
    for (let y = 0; y < ROWS; y++) {
      const [px, py] = centre(c, y);
      ctx.moveTo(px + r, py);
      ctx.arc(px, py, r, 0, 7);
    }
  }
  ctx.fill("evenodd");
  if (last && !line) ring(ctx, ...centre(...last), r, "#ffffff", 0.05);
  if (line) {
    const swell = still() ? 0 : Math.sin(now / 220) * 0.02;
    for (const cell of line) ring(ctx, ...centre(...cell), r, "#ffffff", 0.09 + swell);
  }
}

function ring(ctx, x, y, r, style, width) {
  ctx.strokeStyle = style;
  ctx.lineWidth = width;
  ctx.beginPath();
  ctx.arc(x, y, r + 0.01, 0, 7);
  ctx.stroke();
}

/** Draw a match that plays itself, for the card on the home page; returns what stops it. */
export function preview(canvas) {
  const moves = [3, 3, 2, 4, 4, 2, 5, 1, 1, 5, 3, 2, 2, 4, 6, 3, 4, 0];
  const pause = 700;
  const span = pause * (moves.length + 5);
  return surface(canvas, (ctx, w, hgt, now) => {
    const time = still() ? pause * moves.length : now % span;
    const count = Math.min(moves.length, Math.floor(time / pause) + 1);
    const board = Array.from({ length: COLUMNS }, () => []);
    moves.slice(0, count).forEach((c, n) => board[c].push(n % 2));
    const last = [moves[count - 1], board[moves[count - 1]].length - 1];
    const fallen = still() ? 99 : (time - (count - 1) * pause) / 1000;
    const unit = (hgt * 0.94) / TALL;
    ctx.translate((w - COLUMNS * unit) / 2, hgt * 0.01);
    ctx.scale(unit, unit);
    drawBoard(ctx, board, palette(), { lift: (c, y) => (c === last[0] && y === last[1] ? drop(y, fallen) : 0), last });
    return !still();
  });
}

/** How far above its place a disc is, `seconds` after it was let go. */
function drop(row, seconds) {
  const height = centre(0, row)[1] - CELL * 0.4;
  return Math.max(0, height - 0.5 * GRAVITY * seconds * seconds);
}

/** Put the board into `el`. Returns `update(view)` and `unmount()`. */
export function mount(el, match) {
  let view = match.view;
  let board = [];
  let falling = null;
  let last = null;
  let line = null;
  let hover = null;
  let pending = null;

  const canvas = h("canvas", { "aria-hidden": "true" });
  const buttons = Array.from({ length: COLUMNS }, (_, column) =>
    h("button", {
      type: "button",
      "data-column": column,
      onclick: () => play(column),
      onpointerenter: (event) => event.pointerType === "mouse" && point(column),
      onpointerleave: () => point(null),
      onfocus: (event) => event.target.matches(":focus-visible") && point(column),
      onblur: () => point(null),
    }),
  );
  const wrap = h("div", { class: "board" }, canvas, h("div", { class: "columns", role: "group", "aria-label": "Columns of the board" }, buttons));
  el.append(wrap);

  const scene = surface(canvas, (ctx, w, hgt, now) => {
    const unit = w / COLUMNS;
    ctx.scale(unit, unit);
    let busy = false;
    const lift = (c, y) => {
      if (!falling || falling.column !== c || falling.row !== y) return 0;
      falling.start ??= now;
      const rest = drop(y, (now - falling.start) / 1000);
      busy ||= rest > 0;
      return rest;
    };
    if (mine() && (hover ?? pending) !== null) {
      const column = pending ?? hover;
      if (board[column]?.length < ROWS) disc(ctx, centre(column, 0)[0], CELL * 0.44, CELL * 0.4, match.seat, pending === null ? 1 : 0.5);
    }
    drawBoard(ctx, board, palette(), { lift, last, line: busy ? null : line, now });
    if (mine() && hover !== null && pending === null && board[hover]?.length < ROWS) {
      const [x, y] = centre(hover, board[hover].length);
      ring(ctx, x, y, CELL * 0.4, colour(match.seat), 0.05);
    }
    return busy || (line !== null && !still());
  });

  function mine() {
    return view?.phase === "running" && match.seat !== null && view.turn === match.seat;
  }

  function point(column) {
    hover = column;
    scene.poke();
  }

  async function play(column) {
    if (!mine() || pending !== null || board[column]?.length >= ROWS) return;
    pending = column;
    scene.poke();
    try {
      await match.move({ column });
    } catch {
      pending = null;
    }
    scene.poke();
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, dialog")) return;
    const digit = Number(event.key);
    if (digit >= 1 && digit <= COLUMNS) play(digit - 1);
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const from = buttons.indexOf(document.activeElement);
    const to = from < 0 ? (step > 0 ? 0 : COLUMNS - 1) : (from + step + COLUMNS) % COLUMNS;
    buttons[from < 0 ? 3 : to].focus({ focusVisible: true });
  }
  document.addEventListener("keydown", onKey);

  function update(next) {
    view = next;
    const fresh = (view?.game?.board ?? Array.from({ length: COLUMNS }, () => [])).map((column) => [...column]);
    const count = (b) => b.reduce((sum, column) => sum + column.length, 0);
    last = view?.game?.last?.length ? view.game.last : null;
    line = view?.game?.line?.length ? view.game.line : null;
    if (last && board.length && count(fresh) === count(board) + 1) {
      const [column, row] = last;
      falling = still() ? null : { column, row, start: null };
      announce(`${NAMES[fresh[column][row]]} drops in column ${column + 1}.${mine() ? " Your turn." : ""}`);
    } else if (count(fresh) !== count(board)) {
      falling = null;
    }
    if (count(fresh) !== count(board) || view?.turn !== match.seat) pending = null;
    board = fresh;
    const open = mine();
    buttons.forEach((button, c) => {
      const full = board[c]?.length >= ROWS;
      button.setAttribute("aria-disabled", String(!open || full));
      button.style.cursor = open && !full ? "pointer" : "default";
      const held = board[c]?.length ?? 0;
      const top = held ? `, ${held} of ${ROWS} discs, ${NAMES[board[c][held - 1]].toLowerCase()} on top` : ", empty";
      button.setAttribute("aria-label", `Column ${c + 1}${top}`);
    });
    scene.poke();
  }

  return {
    update,
    refused() {
      pending = null;
      scene.poke();
    },
    unmount() {
      document.removeEventListener("keydown", onKey);
      scene.stop();
      wrap.remove();
    },
  };
}
