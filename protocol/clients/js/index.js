// The client of an Arcade server: sign in, meet in the lobby, play matches.

import { Http } from "./http.js";
import { MSGPACK } from "./kinds.js";
import { LobbyConnection } from "./lobby.js";
import { MatchConnection } from "./match.js";
import { mintSession } from "./session.js";

export { HttpError } from "./http.js";
export { CLOSES, JSON_TEXT, KINDS, MSGPACK } from "./kinds.js";
export { LobbyConnection, RequestError } from "./lobby.js";
export { LobbySession } from "./lobby_session.js";
export { MatchConnection, Refused } from "./match.js";
export { MatchSession, mintSession } from "./session.js";
export { apply } from "./delta.js";
export { decode, encode, fromArray, toArray } from "./codec.js";

export class Arcade {
  /**
   * `base`: the server's address (default: this page's). Options: `token` (bearer, from an earlier `guest`),
   * `subprotocol`, and where the platform has none, `WebSocket` and `fetch`.
   */
  constructor(base = globalThis.location?.origin, options = {}) {
    this.http = new Http(base, options);
    this.subprotocol = options.subprotocol ?? MSGPACK;
    this.WebSocket = options.WebSocket ?? globalThis.WebSocket;
    this.player = null;
    /** Numbers the moves of this page; minted once. */
    this.session = options.session ?? mintSession();
  }

  get token() { return this.http.token; }

  /** Sign in as a guest. Returns {id, name}; keeps the token. */
  async guest(name = "") {
    const answer = await this.http.post("/api/guest", { name });
    this.http.token = answer.token ?? this.http.token;
    this.player = answer.player;
    return answer.player;
  }

  /** A single-use pass for one handshake: {ticket, path, expires_in}. `purpose`: lobby, match or watch. */
  ticket(purpose, match = null) {
    return this.http.post("/api/socket-ticket", match === null ? { purpose } : { purpose, match });
  }

  /** The lobby, once it has welcomed this player. */
  async lobby() {
    const lobby = new LobbyConnection(this);
    lobby.connect();
    return lobby.ready;
  }

  /** The match of a MatchFound or Next (or of an id, with a ticket asked for), once its view is there. */
  async match(found) {
    const id = typeof found === "string" ? found : found.match;
    const match = new MatchConnection(this, id);
    match.connect(found.ticket ? { ticket: found.ticket, path: found.path } : null);
    return match.ready;
  }

  /** The same match as a spectator. */
  async watch(id) {
    const match = new MatchConnection(this, id, { watch: true, session: mintSession() });
    match.connect();
    return match.ready;
  }

  /** The address of a socket, with its ticket, or without one for a resume token in the hello. */
  socketUrl({ path, ticket }) {
    const url = new URL(path, this.http.base);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    if (ticket) url.searchParams.set("ticket", ticket);
    return url.href;
  }
}
