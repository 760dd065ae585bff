// A WebSocket that comes back: opens, judges close codes, waits with full jitter, asks for a ticket each time.

import { decode, encode } from "./codec.js";
import { Emitter } from "./emitter.js";
import { CLOSES, LATER, LEAVE, RESUME, SIGN_IN } from "./kinds.js";

const AT_ONCE = 50;
const FIRST = 100;
const CAP = 2000;
const TICK = 250;
const OPENS_WITHIN = 10_000;
const DENIALS = 3;

/** How long to wait before attempt `n` (0, 1, 2…), in ms, after a close with this action. */
export function backoff(attempt, action, random = Math.random) {
  const least = action === LATER ? 1000 : 0;
  return least + random() * (attempt ? Math.min(CAP, FIRST * 2 ** attempt) : AT_ONCE);
}

/**
 * It gives up when the server says that there is nothing to come back to; never because nobody answers.
 * Emits `state` {state: "connecting" | "connected" | "reconnecting" | "closed", code, text}.
 * Subclasses give `onOpen`, `onMessage`, `onClose`, `outgoing`, `isSilent`, and call `greeted` after the hello.
 */
export class Socket extends Emitter {
  constructor(arcade, { subprotocol }) {
    super();
    this.arcade = arcade;
    this.subprotocol = subprotocol;
    /** Milliseconds at most, after a lost connection, in which sockets of running matches may go first. */
    this.givesWay = 0;
    this.state = "connecting";
    this._attempt = 0;
    this._denied = 0;
    this._since = 0;
    this._timer = null;
    this._socket = null;
    this._plain = false;
    this.path = null;
    this.stale = false;
  }

  /** `address`: {ticket, path} for the first attempt, or null to ask `this.address()`. */
  async connect(address = null) {
    let where;
    try {
      where = address ?? (await this.address());
    } catch (error) {
      if (this.state === "closed") return;
      const gone = error.status !== undefined && error.status < 500 && error.status !== 429 && error.status !== 408;
      if (gone) this._end(null, error.message, error);
      else this._later(error.status === 429 ? LATER : RESUME, null, error.retryAfter);
      return;
    }
    if (this.state === "closed") return;
    // A node's own address that did not answer is left aside for the plain one, which any node serves.
    this.path = where.path;
    const path = this._plain ? where.path.replace(/^\/n\/[^/]+/, "") : where.path;
    let open = false;
    const socket = new this.arcade.WebSocket(this.arcade.socketUrl({ ...where, path }), [this.subprotocol]);
    socket.binaryType = "arraybuffer";
    this._socket = socket;
    this._since = now();
    socket.onopen = () => {
      open = true;
      this.onOpen(now());
      this.pump();
    };
    socket.onmessage = ({ data }) => {
      if (socket !== this._socket) return;
      let message;
      try {
        message = decode(data);
      } catch (error) {
        this.emit("error", { code: "malformed", text: String(error) });
        return this._lost(4000);
      }
      if (message !== null) this.onMessage(message, now());
      this.pump();
    };
    socket.onerror = () => {}; // a close follows
    socket.onclose = ({ code }) => {
      if (!open) this._plain = !this._plain;
      if (socket === this._socket) this._lost(code);
    };
    this._timer ??= setInterval(() => this._tick(), TICK);
  }

  /** The server has answered the hello. */
  greeted() {
    this._attempt = this._denied = 0;
    this.stale = false;
    this._become("connected");
  }

  /** Send what waits to be sent. */
  pump() {
    if (this._socket?.readyState !== 1) return;
    for (const message of this.outgoing(now())) this._socket.send(encode(message, this.subprotocol));
  }

  /** Leave for good. */
  close() {
    this._end(1000, "closed here");
  }

  _tick() {
    const state = this._socket?.readyState;
    if (state === 0 ? now() - this._since > OPENS_WITHIN : state === 1 && this.isSilent(now())) return this._lost(4000);
    this.pump();
  }

  _lost(code) {
    const socket = this._socket;
    this._socket = null;
    if (socket !== null && socket.readyState <= 1) socket.close(1000);
    this.onClose();
    const action = CLOSES[code] ?? RESUME;
    this.stale ||= action === SIGN_IN;
    if (action === LEAVE || (action === SIGN_IN && ++this._denied > DENIALS)) return this._end(code, action);
    this._later(action, code);
  }

  _later(action, code, retryAfter = null) {
    const yielded = this.state === "connected" ? this.givesWay * (1 + 2 * Math.random()) / 3 : 0;
    const wait = backoff(this._attempt++, action) + (retryAfter ?? 0) * 1000 + yielded;
    this._become("reconnecting", { code });
    setTimeout(() => {
      if (this.state !== "closed") this.connect();
    }, wait);
  }

  _end(code, text, error = null) {
    if (this.state === "closed") return;
    clearInterval(this._timer);
    const socket = this._socket;
    this._socket = null;
    if (socket !== null && socket.readyState <= 1) socket.close(1000);
    this.onClose();
    this._become("closed", { code, text, error });
    this.onEnd(new Error(text ?? `closed with ${code}`));
  }

  _become(state, detail = {}) {
    if (state === this.state) return;
    this.state = state;
    this.emit("state", { state, ...detail });
  }
}

export function now() {
  return performance.now();
}
