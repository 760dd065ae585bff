// The shell around the session, on sockets that the test holds in its hands.

import assert from "node:assert/strict";
import test from "node:test";

import { Arcade, MSGPACK, Refused, decode, encode } from "../../protocol/clients/js/index.js";
import { backoff } from "../../protocol/clients/js/socket.js";

class FakeSocket {
  static opened = [];
  static waiting = [];
  static next() {
    const ready = FakeSocket.opened.shift();
    return ready ? Promise.resolve(ready) : new Promise((resolve) => FakeSocket.waiting.push(resolve));
  }
  constructor(url, protocols) {
    Object.assign(this, { url: new URL(url), protocols, readyState: 0, sent: [] });
    const waiting = FakeSocket.waiting.shift();
    if (waiting) waiting(this);
    else FakeSocket.opened.push(this);
  }
  open() {
    this.readyState = 1;
    this.onopen();
  }
  send(data) { this.sent.push(decode(data)); }
  say(message) { this.onmessage({ data: encode(message).slice().buffer }); }
  close() { this.end(1000); }
  end(code) {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose({ code });
  }
}

function server(calls, status = 200) {
  return async (url, options) => {
    calls.push([url.pathname, JSON.parse(options.body), options.headers.Authorization]);
    const answer = url.pathname === "/api/guest"
      ? { player: { id: "p1", name: "Ada" }, token: "bearer" }
      : { ticket: `t${calls.length}`, path: "/ws/match/m/", expires_in: 30 };
    return new Response(JSON.stringify(status === 200 ? answer : { code: "match-unknown", text: "gone" }), { status });
  };
}

const WELCOME = {
  kind: "Welcome", ref: 1, match: "m", seat: 0, session: 5, number: 0, game: "g", mode: "standard", version: 1,
  pace: { kind: "turns" }, seats: [], rated: true, token: "resume",
};
const VIEW = { phase: "running", turn: 0, clocks: null, game: { n: 0 } };
const KEYFRAME = { kind: "Keyframe", epoch: 1, seq: 1, time: 0, acks: [0, 0], view: VIEW, events: [], rewound: false };

test("a match: ticket, hello, moves, a drop, and back", async () => {
  const calls = [];
  const arcade = new Arcade("http://game.test:8000", { fetch: server(calls), WebSocket: FakeSocket });
  assert.deepEqual(await arcade.guest("Ada"), { id: "p1", name: "Ada" });
  const joining = arcade.match({ match: "m", ticket: "first", path: "/n/a/ws/match/m/" });
  const first = await FakeSocket.next();
  assert.equal(first.url.href, "ws://game.test:8000/n/a/ws/match/m/?ticket=first");
  assert.deepEqual(first.protocols, [MSGPACK]);
  first.open();
  assert.equal(first.sent[0].kind, "Hello");
  first.say(WELCOME);
  first.say(KEYFRAME);
  const match = await joining;
  assert.deepEqual([match.seat, match.game], [0, { n: 0 }]);

  const accepted = match.move({ column: 3 });
  assert.deepEqual(first.sent.at(-1), { kind: "Move", number: 1, move: { column: 3 } });
  first.say({ kind: "Frame", seq: 2, passed: 5, acks: 1, delta: [8, [1, 1]] });
  await accepted;
  assert.deepEqual(match.game, { n: 1 });

  const refused = match.move({ column: 99 });
  first.say({ kind: "Refused", number: 2, code: "illegal-move", text: "There is no such column." });
  await assert.rejects(refused, (error) => error instanceof Refused && error.code === "illegal-move");

  const states = [];
  match.on("state", ({ state }) => states.push(state));
  const pending = match.move({ column: 4 });
  first.end(1012);
  const second = await FakeSocket.next();
  assert.equal(second.url.search, "");
  second.open();
  const hello = second.sent[0];
  assert.deepEqual([hello.epoch, hello.seq, hello.token], [1, 2, "resume"]);
  second.say({ ...WELCOME, number: 2 });
  assert.deepEqual(second.sent.at(-1), { kind: "Move", number: 3, move: { column: 4 } });
  second.say({ kind: "Frame", seq: 3, passed: 4, acks: 2 });
  await pending;
  assert.deepEqual(states, ["reconnecting", "connected"]);

  second.end(4003);
  const third = await FakeSocket.next();
  assert.deepEqual(calls.at(-1), ["/api/socket-ticket", { purpose: "match", match: "m" }, "Bearer bearer"]);
  assert.equal(third.url.search, "?ticket=t2");
  third.open();
  third.say({ ...WELCOME, number: 3 });

  const late = match.resign();
  third.end(4008);
  await assert.rejects(late);
  assert.equal(match.state, "closed");
});

/** A match that is joined, and its socket. */
async function joined(fetch) {
  const arcade = new Arcade("http://game.test", { fetch, WebSocket: FakeSocket });
  const joining = arcade.match({ match: "m", ticket: "first", path: "/n/a/ws/match/m/" });
  const socket = await FakeSocket.next();
  socket.open();
  socket.say(WELCOME);
  socket.say(KEYFRAME);
  return [await joining, socket];
}

test("a server that is away for long is not given up, and then turns the old token down", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const [match, socket] = await joined(server([]));
  socket.end(1006);
  for (let attempt = 0; attempt < 40; attempt++) {
    t.mock.timers.tick(2000);
    (await FakeSocket.next()).end(1006);
  }
  for (let denied = 0; denied < 3; denied++) {
    t.mock.timers.tick(2000);
    const refusing = await FakeSocket.next();
    refusing.open();
    refusing.end(4003);
    assert.equal(match.state, "reconnecting");
  }
  t.mock.timers.tick(2000);
  const back = await FakeSocket.next();
  back.open();
  back.say(WELCOME);
  assert.equal(match.state, "connected");
  match.close();
});

test("tickets that are turned down again and again are an end", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const [match, socket] = await joined(server([]));
  socket.end(4003);
  for (let denied = 0; denied < 3; denied++) {
    t.mock.timers.tick(2000);
    const refusing = await FakeSocket.next();
    refusing.open();
    refusing.end(4003);
  }
  assert.equal(match.state, "closed");
});

test("who was replaced does not fight back", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const [match, socket] = await joined(server([]));
  const ended = match.once("state");
  socket.end(4005);
  assert.deepEqual([(await ended).state, (await ended).code], ["closed", 4005]);
  t.mock.timers.tick(100_000);
  assert.equal(FakeSocket.opened.length, 0);
});

test("a socket that hangs while it opens is tried anew", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  t.mock.method(performance, "now", () => clock);
  let clock = 0;
  const [match, socket] = await joined(server([]));
  socket.end(1006);
  t.mock.timers.tick(50);
  const hung = await FakeSocket.next();
  clock = 10_500;
  t.mock.timers.tick(250);
  assert.equal(hung.readyState, 3);
  t.mock.timers.tick(2000);
  assert.notEqual(await FakeSocket.next(), hung);
  match.close();
});

test("a match that is gone is not asked for again", async () => {
  const calls = [];
  const arcade = new Arcade("http://game.test", { fetch: server(calls, 404), WebSocket: FakeSocket });
  await assert.rejects(arcade.match("m"), /gone/);
  assert.equal(calls.length, 1);
});

test("the lobby matches replies to requests", async () => {
  const arcade = new Arcade("https://game.test", { fetch: server([]), WebSocket: FakeSocket });
  const joining = arcade.lobby();
  const socket = await FakeSocket.next();
  assert.equal(socket.url.protocol, "wss:");
  socket.open();
  socket.say({ kind: "LobbyWelcome", ref: 1, player: { id: "p1" }, match: null, games: [] });
  const lobby = await joining;
  const found = lobby.once("match_found");
  const asked = lobby.playBot("connect-four", "standard");
  const { ref } = socket.sent.at(-1);
  socket.say({ kind: "MatchFound", match: "m", game: "connect-four", mode: "standard", seat: 0, ticket: "t", path: "/p" });
  socket.say({ kind: "Reply", ref, data: null });
  await asked;
  assert.equal((await found).found.match, "m");
  const refused = lobby.enqueue("no", "no");
  socket.say({ kind: "Error", ref: socket.sent.at(-1).ref, code: "game-unknown", text: "No such game", retry_after: null });
  await assert.rejects(refused, { code: "game-unknown" });
  lobby.close();
  await assert.rejects(lobby.dequeue(), { code: "disconnected" });
});

test("a lobby whose hello is not served comes back by itself", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const arcade = new Arcade("https://game.test", { fetch: server([]), WebSocket: FakeSocket });
  const joining = arcade.lobby();
  for (const code of [1006, 1011, 4000, 4001, 4002, 4009, 4013]) {
    const socket = await FakeSocket.next();
    socket.open();
    socket.say({ kind: "Error", ref: socket.sent[0].ref, code: "busy", text: "no", retry_after: 1 });
    socket.end(code);
    t.mock.timers.tick(3000);
  }
  const back = await FakeSocket.next();
  back.open();
  back.say({ kind: "LobbyWelcome", ref: back.sent[0].ref, player: { id: "p1" }, match: null, games: [] });
  const lobby = await joining;
  assert.equal(lobby.state, "connected");
  lobby.close();
});

test("a request without an answer is given up", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const arcade = new Arcade("https://game.test", { fetch: server([]), WebSocket: FakeSocket });
  const joining = arcade.lobby();
  const socket = await FakeSocket.next();
  socket.open();
  socket.say({ kind: "LobbyWelcome", ref: 1, player: { id: "p1" }, match: null, games: [] });
  const lobby = await joining;
  const lost = assert.rejects(lobby.enqueue("g", "m"), { code: "timeout", message: "The server did not answer Enqueue in 30 s." });
  t.mock.timers.tick(30_000);
  await lost;
  lobby.close();
});

test("a lost lobby lets the sockets of running matches go first", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const arcade = new Arcade("https://game.test", { fetch: server([]), WebSocket: FakeSocket });
  const joining = arcade.lobby();
  const socket = await FakeSocket.next();
  socket.open();
  socket.say({ kind: "LobbyWelcome", ref: 1, player: { id: "p1" }, match: null, games: [] });
  const lobby = await joining;
  let again = false;
  lobby.connect = () => { again = true; };
  socket.end(1006);
  t.mock.timers.tick(299);
  assert.equal(again, false);
  t.mock.timers.tick(700);
  assert.equal(again, true);
  lobby.close();
});

test("the wait before a next attempt grows, is spread and bounded", () => {
  assert.equal(backoff(0, "resume now", () => 0), 0);
  assert.deepEqual([0, 1, 2, 4, 5, 20].map((n) => backoff(n, "resume now", () => 1)), [50, 200, 400, 1600, 2000, 2000]);
  assert.equal(backoff(0, "resume later", () => 0), 1000);
});
