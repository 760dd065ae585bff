// One player's side of a match, without I/O: messages in, happenings out, messages to send when asked.
// Times are milliseconds of any clock that only goes forward (performance.now()).

import { checkPlain } from "./codec.js";
import { apply } from "./delta.js";
import { MAX_SAFE } from "./kinds.js";

export const RESEND = 1000;
/** Until a numbered message is said again: doubled each time, up to this. */
export const RESEND_MOST = 4000;
export const HEARTBEAT = 10_000;
export const MAX_PENDING = 64;
/**
 * Numbered messages said again in a second, beyond all that may be pending: less than the budget of moves, so that
 * who plays on while the server stands still is not taken for a flood.
 */
const REPEATS = 16;
/** Errors after which a numbered message may still be taken: it is sent again. */
const KEPT = ["out-of-order", "internal", "hello-first"];

/** A number for this page's session, 1 to 2^53 - 1. */
export function mintSession() {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return ((high & 0x1fffff) * 0x100000000 + low) % MAX_SAFE || 1;
}

export class MatchSession {
  constructor(session = mintSession()) {
    this.session = session;
    this.welcome = null;
    this.seat = null;
    this.epoch = 0;
    this.seq = 0;
    this.time = 0; // match time (ms) of the view
    this.acks = []; // per seat the last number applied
    this.view = null;
    this._spoken = 0; // the epoch of what came last, believed or not
    this.attached = false;
    this.number = 0;
    this.pending = new Map(); // number -> {id, message, due, pause, sent}
    this._id = 0;
    this._ref = 0;
    this._queue = [];
    this._heard = 0;
    this._first = false;
    this._resyncDue = null;
    this._seenSent = { seq: 0, at: -Infinity };
    this._received = 0;
    this._pingAt = 0;
    this._scolded = -Infinity;
    this._repeats = { left: MAX_PENDING, at: 0 };
    this._told = 0;
    this._hole = null; // the lowest number whose message will never do; the later ones move up once `_hold` is answered
    this._hold = 0; // the ref of a ping: what its pong overtakes was said under the old numbers
    this._offset = null;
  }

  /** A socket is open: hello goes first. */
  opened(now) {
    this.attached = false;
    this._queue = [
      {
        kind: "Hello", ref: ++this._ref, session: this.session, epoch: this.epoch, seq: this.seq,
        token: this.welcome?.token ?? null,
      },
    ];
    this._received = this._pingAt = now;
    this._repeats = { left: MAX_PENDING, at: now };
    this._resyncDue = null;
    this._offset = null;
  }

  /** The socket is gone; what is unacknowledged waits for the next. */
  closed() {
    this.attached = false;
    this._queue = [];
  }

  /** Each of these returns the id with which `accepted` or `refused` will answer. */
  move(move) {
    checkPlain(move);
    return this._numbered({ kind: "Move", move });
  }
  resign() { return this._numbered({ kind: "Resign" }); }
  offerDraw() { return this._numbered({ kind: "Draw", action: "offer" }); }
  declineDraw() { return this._numbered({ kind: "Draw", action: "decline" }); }
  abort() { return this._numbered({ kind: "Abort" }); }
  rematch(wanted = true) { return this._numbered({ kind: "Rematch", wanted }); }

  _numbered(message) {
    if (this.welcome === null) throw new Error("wait for the welcome");
    if (this.seat === null) throw new Error("a spectator has no moves");
    if (this.pending.size >= MAX_PENDING) throw new Error("too many moves without acknowledgement");
    this._wait(++this._id, message);
    return this._id;
  }

  _wait(id, message) {
    const number = ++this.number;
    this.pending.set(number, { id, message: { ...message, number }, due: -Infinity, pause: RESEND, sent: false });
  }

  /** What to send now: call it after each change and four times a second. */
  outgoing(now) {
    const out = this._queue;
    this._queue = [];
    if (this.attached) {
      for (const waiting of this._hole === null ? this.pending.values() : []) {
        if (waiting.due <= now && (!waiting.sent || this._mayRepeat(now))) {
          waiting.due = now + waiting.pause;
          waiting.pause = Math.min(2 * waiting.pause, RESEND_MOST);
          waiting.sent = true;
          out.push(waiting.message);
        }
      }
      if (this._resyncDue !== null && this._resyncDue <= now) {
        this._resyncDue = now + 2 * RESEND;
        out.push({ kind: "Resync", ref: ++this._ref, epoch: this.epoch, seq: this.seq });
      }
      if (this.seq > this._seenSent.seq && now - this._seenSent.at >= 1000) {
        this._seenSent = { seq: this.seq, at: now };
        out.push({ kind: "Seen", seq: this.seq });
      }
    }
    const quiet = this.live && this._ticks ? 1000 : HEARTBEAT;
    if (now - Math.max(this._pingAt, this._ticks ? this._received : 0) >= quiet) {
      this._pingAt = now;
      out.push({ kind: "Ping", ref: ++this._ref });
    }
    return out;
  }

  get live() { return this.view?.phase === "running"; }
  get _ticks() { return this.welcome?.pace.kind === "ticks"; }

  /** Whether the socket has been silent for so long that another should be tried. */
  silent(now) {
    return now - this._received > (this.live && this._ticks ? 3000 : 2 * HEARTBEAT);
  }

  /** Take a message in; returns what happened, as objects with a `type`. */
  receive(message, now) {
    this._received = now;
    const take = this[`_on${message.kind}`];
    return take === undefined ? [] : take.call(this, message, now);
  }

  _onWelcome(message) {
    this.welcome = message;
    this.seat = message.seat;
    this.attached = true;
    this._first = true;
    this._closeUp();
    this._rebase(message.number);
    this._resend();
    return [{ type: "welcome", welcome: message }];
  }

  _onKeyframe(message, now) {
    this._spoken = message.epoch;
    if (message.epoch < this.epoch) return [];
    if (message.epoch === this.epoch && message.seq < this.seq && !message.rewound) return [];
    const changed = this._enter(message.epoch);
    this.view = message.view;
    this.seq = message.seq;
    this.time = message.time;
    this.acks = message.acks;
    this._resyncDue = null;
    this._tell(message.time, now);
    if (message.rewound) {
      this._heard = this._seenSent.seq = 0;
      if (this.seat !== null) {
        this._told = Math.min(this._told, message.acks[this.seat]);
        this._closeUp();
        this._rebase(message.acks[this.seat]);
      }
    }
    const happenings = [{ type: "view", view: this.view, seq: this.seq, time: message.time, rewound: message.rewound }];
    for (const [seq, name, data] of message.events) this._hear(happenings, seq, name, data);
    this._heard = Math.max(this._heard, message.seq);
    // The keyframe that answers a hello settles nothing: a refusal may still come as answer to a repeat.
    if (!this._first && !changed) this._settle(happenings, message.acks);
    this._first = false;
    return happenings;
  }

  _onFrame(message, now) {
    const epoch = this._spoken = message.epoch || this._spoken;
    const prev = message.prev || message.seq - 1;
    if (epoch < this.epoch || (epoch === this.epoch && message.seq <= this.seq)) return [];
    if (prev !== this.seq || this.epoch === 0) {
      if (this._resyncDue !== null) return [];
      this._resyncDue = now;
      return [{ type: "gap", held: this.seq, prev }];
    }
    try {
      if (message.delta !== null) this.view = apply(this.view, message.delta);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this._resyncDue = now;
      return [{ type: "gap", held: this.seq, prev }];
    }
    this._enter(epoch);
    this.seq = message.seq;
    this.time += message.passed;
    this.acks = grown(this.acks, message.acks);
    this._tell(this.time, now);
    const happenings = [];
    if (message.delta !== null) {
      happenings.push({ type: "view", view: this.view, seq: this.seq, time: this.time, rewound: false });
    }
    for (const [name, data] of message.events) this._hear(happenings, message.seq, name, data);
    this._heard = Math.max(this._heard, message.seq);
    this._settle(happenings, this.acks);
    return happenings;
  }

  _onRefused(message) {
    const { number, code, text } = message;
    const id = this.pending.get(number)?.id ?? null;
    if (id === null && number <= this._told) return []; // the latest are said again where they may have been lost
    this._told = Math.max(this._told, number);
    this.pending.delete(number);
    return [{ type: "refused", id, number, code, text }];
  }

  _onError(message, now) {
    const number = message.number ?? null;
    if (message.ref === null && message.retry_after !== null) {
      const until = now + message.retry_after * 1000;
      for (const waiting of this.pending.values()) waiting.due = Math.max(waiting.due, until);
    } else if (message.ref === null && message.code === "out-of-order") {
      if (now - this._scolded >= RESEND) {
        this._scolded = now;
        this._resend();
      }
    } else if (number !== null && !KEPT.includes(message.code)) {
      return this._drop(number, message.code, message.text);
    }
    return [{ type: "error", ref: message.ref, code: message.code, text: message.text, retryAfter: message.retry_after }];
  }

  /** This message will never do, and its number is free. Errors to those behind it may be under way. */
  _drop(number, code, text) {
    const waiting = this.pending.get(number);
    if (waiting === undefined) return [];
    this.pending.delete(number);
    this._hole = Math.min(number, this._hole ?? number);
    this._hold = ++this._ref;
    this._queue.push({ kind: "Ping", ref: this._ref });
    return [{ type: "refused", id: waiting.id, number, code, text }];
  }

  /** The messages behind one that was dropped take its number and those after it. */
  _closeUp() {
    if (this._hole === null) return;
    const behind = [...this.pending].filter(([number]) => number > this._hole);
    this.number = this._hole - 1;
    this._hole = null;
    for (const [number] of behind) this.pending.delete(number);
    for (const [, { id, message }] of behind) this._wait(id, message);
  }

  _onPong(message, now) {
    this._tell(message.time, now);
    if (message.ref >= this._hold) this._closeUp();
    return [];
  }

  _onRecorded(message) {
    return [{ type: "recorded", match: message.match, ratings: message.ratings }];
  }

  _onNext(message) {
    return [{ type: "next", next: message }];
  }

  /** What the server says it applied last counts: after lost steps, or in a page that came back, go on from there. */
  _rebase(applied) {
    const oldest = this.pending.keys().next().value;
    if (oldest !== undefined ? oldest <= applied + 1 : this.number <= applied) {
      this.number = Math.max(this.number, applied);
      return;
    }
    const waiting = [...this.pending.values()];
    this.pending = new Map();
    this.number = applied;
    for (const { id, message } of waiting) this._wait(id, message);
  }

  _enter(epoch) {
    if (epoch === this.epoch) return false;
    const changed = this.epoch !== 0;
    this.epoch = epoch;
    this._offset = null;
    this._resend();
    return changed;
  }

  _resend() {
    for (const waiting of this.pending.values()) Object.assign(waiting, { due: -Infinity, pause: RESEND });
  }

  _mayRepeat(now) {
    const { left, at } = this._repeats;
    const there = Math.min(left + ((now - at) * REPEATS) / 1000, MAX_PENDING);
    this._repeats = { left: there < 1 ? there : there - 1, at: now };
    return there >= 1;
  }

  _hear(happenings, seq, name, data) {
    if (seq <= this._heard) return;
    if (name === "seat.taken") this.welcome.seats[data.seat] = { ...this.welcome.seats[data.seat], ...sitting(data) };
    happenings.push({ type: "event", seq, name, data });
  }

  _settle(happenings, acks) {
    if (this.seat === null) return;
    for (const [number, { id }] of [...this.pending]) {
      if (number > acks[this.seat]) break;
      this.pending.delete(number);
      happenings.push({ type: "accepted", id, number });
    }
  }

  _tell(time, now) {
    const offset = time - now;
    if (this._offset === null || offset > this._offset) this._offset = offset;
  }

  /** Match time now, in ms; null before the first frame. */
  matchTime(now) {
    return this._offset === null ? null : Math.round(now + this._offset);
  }

  /** Milliseconds that each seat's clock shows now; null without clocks. */
  clocks(now) {
    const clocks = this.view?.clocks;
    if (!clocks) return null;
    const spent = clocks.running === null ? 0 : Math.max(0, this.matchTime(now) - clocks.since);
    return clocks.left.map((left, seat) => Math.max(0, seat === clocks.running ? left - spent : left));
  }
}

/** The acknowledgements after a frame that says by how much they grew, two bits a seat, or what they are. */
function grown(acks, told) {
  return Array.isArray(told) ? told : acks.map((was, seat) => was + ((told >> (2 * seat)) & 3));
}

/** Who has come to a seat. */
function sitting({ player, name, rating }) {
  return { player, name, rating };
}
