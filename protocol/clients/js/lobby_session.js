// One player's side of the lobby, without I/O. Times are milliseconds of a clock that only goes forward.

import { AREAS, joined } from "./areas/index.js";
import { HEARTBEAT } from "./session.js";

export const FIELDS = joined(AREAS, "fields");
const TAKES = joined(AREAS, "takes");

export class LobbySession {
  constructor() {
    this.player = null;
    this.games = [];
    this.regions = {};
    this.match = null;
    for (const [name, first] of Object.entries(FIELDS)) this[name] = first();
    this._ref = 0;
    this._queue = [];
    this._received = 0;
    this._pingAt = 0;
  }

  opened(now) {
    this._queue = [{ kind: "LobbyHello", ref: ++this._ref }];
    this._received = this._pingAt = now;
    for (const area of AREAS) area.opened?.(this);
  }

  closed() {
    this._queue = [];
  }

  /** Returns the ref that `reply` or `error` will repeat. */
  request(message) {
    const ref = ++this._ref;
    this._queue.push({ ...message, ref });
    return ref;
  }

  outgoing(now) {
    const out = this._queue;
    this._queue = [];
    if (now - this._pingAt >= HEARTBEAT) {
      this._pingAt = now;
      out.push({ kind: "Ping", ref: ++this._ref });
    }
    return out;
  }

  silent(now) {
    return now - this._received > 2 * HEARTBEAT;
  }

  receive(message, now) {
    this._received = now;
    switch (message.kind) {
      case "LobbyWelcome":
        this.player = message.player;
        this.games = message.games;
        this.regions = message.regions ?? {};
        this.match = message.match;
        return [{ type: "welcome", player: message.player, match: message.match, games: message.games }];
      case "Reply":
        return [{ type: "reply", ref: message.ref, data: message.data }];
      case "Error":
        return [{ type: "error", ref: message.ref, code: message.code, text: message.text, retryAfter: message.retry_after }];
      default:
        return Object.hasOwn(TAKES, message.kind) ? TAKES[message.kind](this, message) : [];
    }
  }
}
