// One match: its view, its moves, its happenings.

import { MatchSession } from "./session.js";
import { Socket, now } from "./socket.js";

export class Refused extends Error {
  constructor({ number, code, text }) {
    super(text);
    this.number = number;
    this.code = code;
  }
}

/**
 * Happenings, by `on(name, fn)`: `view` {view, seq, time, rewound}, `event` {seq, name, data},
 * `accepted` {id, number}, `refused` {id, number, code, text}, `recorded` {ratings}, `next` {next} (a MatchFound to
 * hand to `arcade.match`), `gap`, `error` {ref, code, text, retryAfter}, `state` {state, code, text}.
 */
export class MatchConnection extends Socket {
  constructor(arcade, matchId, { watch = false, session = arcade.session } = {}) {
    super(arcade, { subprotocol: arcade.subprotocol });
    this.id = matchId;
    this.session = new MatchSession(session);
    this._watch = watch;
    this._answers = new Map();
    this.ready = new Promise((resolve, reject) => {
      this._ready = resolve;
      this._failed = reject;
    });
    this.ready.catch(() => {});
  }

  /** The whole client view: phase, turn, seats, clocks, draw, rematch, result, game. */
  get view() { return this.session.view; }
  /** What the game shows this seat; null while the match is open. */
  get game() { return this.session.view?.game ?? null; }
  /** This player's seat; null for a spectator. */
  get seat() { return this.session.seat; }
  /** Facts that stay: game, mode, version, pace, seats, rated. */
  get welcome() { return this.session.welcome; }
  /** Whether something said here is not yet acknowledged, so that the view may be behind it. */
  get waiting() { return this.session.pending.size > 0; }
  /** Milliseconds that each seat's clock shows now, or null. */
  clocks() { return this.session.clocks(now()); }
  /** Match time now in ms, or null. */
  matchTime() { return this.session.matchTime(now()); }

  /** Each resolves when it was applied, and rejects with `Refused` or when the match is left. */
  move(move) { return this._say(this.session.move(move)); }
  resign() { return this._say(this.session.resign()); }
  offerDraw() { return this._say(this.session.offerDraw()); }
  declineDraw() { return this._say(this.session.declineDraw()); }
  abort() { return this._say(this.session.abort()); }
  rematch(wanted = true) { return this._say(this.session.rematch(wanted)); }

  /** A move that nobody waits for (tick games); its refusal comes as `refused`. */
  send(move) {
    const id = this.session.move(move);
    this.pump();
    return id;
  }

  _say(id) {
    const answer = new Promise((resolve, reject) => this._answers.set(id, { resolve, reject }));
    answer.catch(() => {});
    this.pump();
    return answer;
  }

  /** The resume token of the welcome is enough, unless the server turned it down. */
  address() {
    if (this.session.welcome !== null && !this.stale && this.path !== null) return { path: this.path };
    return this.arcade.ticket(this._watch ? "watch" : "match", this.id);
  }

  onOpen(time) { this.session.opened(time); }
  onClose() { this.session.closed(); }
  outgoing(time) { return this.session.outgoing(time); }
  isSilent(time) { return this.session.silent(time); }

  onMessage(message, time) {
    for (const happening of this.session.receive(message, time)) {
      if (happening.type === "welcome") this.greeted();
      if (happening.type === "view") this._ready(this);
      if (happening.type === "accepted") this._answer(happening.id)?.resolve();
      if (happening.type === "refused") this._answer(happening.id)?.reject(new Refused(happening));
      this.emit(happening.type, happening);
    }
  }

  onEnd(error) {
    this._failed(error);
    for (const { reject } of this._answers.values()) reject(error);
    this._answers.clear();
  }

  _answer(id) {
    const answer = this._answers.get(id);
    this._answers.delete(id);
    return answer;
  }
}
