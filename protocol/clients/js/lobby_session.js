// One player's side of the lobby, without I/O. Times are milliseconds of a clock that only goes forward.

import { HEARTBEAT } from "./session.js";

export class LobbySession {
  constructor() {
    this.player = null;
    this.games = [];
    this.match = null;
    this.online = 0;
    this.players = new Map(); // id -> {id, name, status}
    this.queue = null;
    this.room = null;
    this._ref = 0;
    this._queue = [];
    this._received = 0;
    this._pingAt = 0;
  }

  opened(now) {
    this._queue = [{ kind: "LobbyHello", ref: ++this._ref }];
    this._received = this._pingAt = now;
    this.queue = this.room = null;
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
        this.match = message.match;
        return [{ type: "welcome", player: message.player, match: message.match, games: message.games }];
      case "Reply":
        return [{ type: "reply", ref: message.ref, data: message.data }];
      case "Error":
        return [{ type: "error", ref: message.ref, code: message.code, text: message.text, retryAfter: message.retry_after }];
      case "Presence":
        if (message.full) this.players = new Map();
        for (const [id, name, status] of message.here) this.players.set(id, { id, name, status });
        for (const id of message.gone) this.players.delete(id);
        this.online = message.online;
        return [{ type: "presence", online: this.online, players: this.players }];
      case "Queue":
        this.queue = message.game === null ? null : message;
        return [{ type: "queue", queue: this.queue }];
      case "MatchFound":
        this.match = { match: message.match, game: message.game, mode: message.mode, seat: message.seat };
        this.queue = null;
        return [{ type: "match_found", found: message }];
      case "Room":
        this.room = message.code === null ? null : message;
        return [{ type: "room", room: this.room }];
      case "Notice":
        return [{ type: "notice", code: message.code, text: message.text }];
      default:
        return [];
    }
  }
}
