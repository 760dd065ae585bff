// The lobby: who is online, queues, rooms, and the way to a match.

import { AREAS, joined } from "./areas/index.js";
import { FIELDS, LobbySession } from "./lobby_session.js";
import { measure } from "./measure.js";
import { Socket } from "./socket.js";

/** Milliseconds after which a request counts as lost: the server answers or the socket ends long before. */
const PATIENCE = 30_000;

export class RequestError extends Error {
  constructor({ code, text, retryAfter }) {
    super(text);
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/**
 * Happenings, by `on(name, fn)`: `welcome` {player, match, games}, `presence` {online, players: Map},
 * `queue` {queue}, `room` {room}, `match_found` {found} (hand it to `arcade.match`), `notice` {code, text},
 * `error`, `state` {state, code, text}, and what else the areas (`areas/`) tell.
 *
 * What an area asks for is a method here: it resolves when it was done and rejects with `RequestError`; besides
 * the server's its `code` may be "disconnected" or "timeout". What it holds is here by the same name.
 */
export class LobbyConnection extends Socket {
  constructor(arcade) {
    super(arcade, { subprotocol: arcade.subprotocol });
    this.givesWay = 900;
    this.session = new LobbySession();
    this._answers = new Map();
    this.ready = new Promise((resolve, reject) => {
      this._ready = resolve;
      this._failed = reject;
    });
    this.ready.catch(() => {});
  }

  get player() { return this.session.player; }
  get games() { return this.session.games; }
  /** Where each region measures, by name. */
  get regions() { return this.session.regions; }
  /** The running match to return to, {match, game, mode, seat}, or null. */
  get match() { return this.session.match; }

  /** The `latencies` of a wish: ms to these regions (a mode's `queue.regions`; default all) from here. */
  measure(names = Object.keys(this.regions)) {
    const wanted = names.filter((name) => Object.hasOwn(this.regions, name));
    return measure(Object.fromEntries(wanted.map((name) => [name, this.regions[name]])), this.arcade.http.base, { fetch: this.arcade.http.fetch });
  }

  _ask(request) {
    if (this.state !== "connected") {
      return Promise.reject(new RequestError({ code: "disconnected", text: "The lobby is not connected.", retryAfter: 1 }));
    }
    const ref = this.session.request(request);
    const answer = new Promise((resolve, reject) => {
      const lost = () => this._answer(ref)?.reject(new RequestError({
        code: "timeout", text: `The server did not answer ${request.kind} in ${PATIENCE / 1000} s.`, retryAfter: 1,
      }));
      this._answers.set(ref, { resolve, reject, timer: setTimeout(lost, PATIENCE) });
    });
    this.pump();
    return answer;
  }

  address() { return this.arcade.ticket("lobby"); }
  onOpen(time) { this.session.opened(time); }
  outgoing(time) { return this.session.outgoing(time); }
  isSilent(time) { return this.session.silent(time); }

  onClose() {
    this.session.closed();
    this._fail(new RequestError({ code: "disconnected", text: "The connection was lost.", retryAfter: 1 }));
  }

  onMessage(message, time) {
    for (const happening of this.session.receive(message, time)) {
      if (happening.type === "welcome") {
        this.greeted();
        this._ready(this);
      }
      if (happening.type === "reply") this._answer(happening.ref)?.resolve(happening.data);
      if (happening.type === "error") this._answer(happening.ref)?.reject(new RequestError(happening));
      this.emit(happening.type, happening);
    }
  }

  onEnd(error) {
    this._failed(error);
    this._fail(error);
  }

  _answer(ref) {
    const answer = this._answers.get(ref);
    this._answers.delete(ref);
    clearTimeout(answer?.timer);
    return answer;
  }

  _fail(error) {
    for (const { reject, timer } of this._answers.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this._answers.clear();
  }
}

for (const name of Object.keys(FIELDS)) {
  Object.defineProperty(LobbyConnection.prototype, name, { get() { return this.session[name]; } });
}
for (const [name, request] of Object.entries(joined(AREAS, "asks"))) {
  LobbyConnection.prototype[name] = function ask(...args) { return this._ask(request(...args)); };
}
