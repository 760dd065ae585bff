// The session without I/O: what is sent when, and what is told.

import assert from "node:assert/strict";
import test from "node:test";

import { LobbySession, MatchSession, fromArray, mintSession } from "../../protocol/clients/js/index.js";

const VIEW = { phase: "running", turn: 0, clocks: { left: [1000, 900], running: 1, since: 100 }, game: [0] };

const welcome = (number = 0, seat = 0, pace = "turns") => ({
  kind: "Welcome", ref: 1, match: "m", seat, session: 5, number, game: "g", mode: "standard", version: 1,
  pace: { kind: pace }, seats: [], rated: true, token: "t",
});
const keyframe = (seq, { acks = 0, epoch = 1, events = [], rewound = false } = {}) => ({
  kind: "Keyframe", epoch, seq, time: seq * 100, acks: [acks, 0], view: VIEW, events, rewound,
});
const frame = (seq, prev, { acks = 0, epoch = 1, delta = null, events = [] } = {}) => ({
  kind: "Frame", epoch, seq, prev, passed: 100, acks: [acks, 0], delta, events,
});

function joined({ number = 0, pace = "turns" } = {}) {
  const session = new MatchSession(5);
  session.opened(0);
  assert.deepEqual(session.outgoing(0), [{ kind: "Hello", ref: 1, session: 5, epoch: 0, seq: 0, token: null }]);
  session.receive(welcome(number, 0, pace), 0);
  session.receive(keyframe(1, { acks: number }), 0);
  session.outgoing(0);
  return session;
}
const said = (session, now) => session.outgoing(now).filter((m) => m.number !== undefined).map((m) => m.number);
const types = (happenings) => happenings.map((h) => h.type);

test("a frame patches the view and acknowledges", () => {
  const session = joined();
  const id = session.move({ column: 1 });
  assert.deepEqual(said(session, 0), [1]);
  const happened = session.receive(frame(2, 1, { acks: 1, delta: [2, 1], events: [["scored", 3]] }), 100);
  assert.deepEqual(session.view, { ...VIEW, turn: 1 });
  assert.deepEqual(types(happened), ["view", "event", "accepted"]);
  assert.equal(happened[2].id, id);
});

test("a frame tells what grew", () => {
  const session = joined({ number: 1 });
  const told = (seq, passed, acks, rest = []) => session.receive(fromArray([34, seq, passed, acks, ...rest]), seq * 10);
  told(2, 50, 0b1001);
  assert.deepEqual([session.epoch, session.seq, session.time, session.acks], [1, 2, 150, [2, 2]]);
  told(6, 9, [0, 7], [null, [], 2, 4]);
  assert.deepEqual([session.epoch, session.seq, session.time, session.acks], [4, 6, 159, [0, 7]]);
  assert.deepEqual(told(9, 9, 0, [null, [], 7]), [{ type: "gap", held: 6, prev: 7 }]);
  session.receive(keyframe(9, { acks: 3, epoch: 4 }), 95);
  assert.deepEqual(types(told(10, 9, 0, [null, [], -1])), ["gap"]);
  assert.deepEqual([session.epoch, session.seq, session.time, session.acks], [4, 9, 900, [3, 0]]);
});

test("a frame tells what each of sixteen seats has grown by", () => {
  const session = joined();
  session.receive({ ...keyframe(2), acks: Array(16).fill(5) }, 0);
  session.receive(fromArray([34, 3, 50, 0xe4000001]), 10);
  assert.deepEqual(session.acks, [6, ...Array(12).fill(5), 6, 7, 8]);
});

test("frames after a keyframe of the past are of the past", () => {
  const session = joined();
  session.receive(frame(2, 1, { epoch: 7 }), 10);
  session.receive(keyframe(2, { epoch: 6 }), 20);
  assert.deepEqual(session.receive(fromArray([34, 3, 50, 0]), 30), []);
  assert.deepEqual([session.epoch, session.seq], [7, 2]);
});

test("a move is sent again after a second, and at once in a new epoch", () => {
  const session = joined();
  session.move({});
  assert.deepEqual(said(session, 0), [1]);
  assert.deepEqual(said(session, 900), []);
  assert.deepEqual(said(session, 1100), [1]);
  session.receive(frame(2, 1, { epoch: 2 }), 1200);
  assert.deepEqual(said(session, 1200), [1]);
  assert.deepEqual(session.receive(frame(3, 2, { acks: 1, epoch: 1 }), 1300), []);
  session.receive(frame(3, 2, { acks: 1, epoch: 2 }), 1400);
  assert.deepEqual(said(session, 9000), []);
});

test("a gap asks for a keyframe once, and missed events come with it", () => {
  const session = joined();
  assert.deepEqual(types(session.receive(frame(4, 3), 0)), ["gap"]);
  assert.deepEqual(session.receive(frame(5, 4), 0), []);
  assert.deepEqual(session.outgoing(0), [{ kind: "Resync", ref: 2, epoch: 1, seq: 1 }]);
  const events = [[1, "old", null], [4, "missed", null]];
  const happened = session.receive(keyframe(5, { events }), 600);
  assert.deepEqual(types(happened), ["view", "event"]);
  assert.equal(happened[1].name, "missed");
});

test("a new player at a seat is in the welcome", () => {
  const session = joined();
  session.welcome.seats = [{ name: "Ann", team: 0 }, { name: "Ben", team: 1 }];
  const data = { seat: 1, player: "p9", name: "Cid", rating: 1500 };
  session.receive(frame(2, 1, { events: [["seat.taken", data]] }), 100);
  assert.deepEqual(session.welcome.seats[1], { name: "Cid", team: 1, player: "p9", rating: 1500 });
  assert.equal(session.welcome.seats[0].name, "Ann");
});

test("a patch that does not fit is a gap", () => {
  const session = joined();
  assert.deepEqual(types(session.receive(frame(2, 1, { delta: [99, [0, 1]] }), 0)), ["gap"]);
  assert.deepEqual(session.view, VIEW);
});

test("a refusal after a drop still arrives", () => {
  const session = joined();
  const id = session.move({ column: 9 });
  session.outgoing(0);
  session.closed();
  session.opened(1000);
  assert.equal(session.outgoing(1000)[0].token, "t");
  session.receive(welcome(1), 1000);
  assert.deepEqual(types(session.receive(keyframe(2, { acks: 1 }), 1000)), ["view"]);
  assert.deepEqual(said(session, 1000), [1]);
  const [refused] = session.receive({ kind: "Refused", number: 1, code: "illegal-move", text: "no" }, 1000);
  assert.equal(refused.id, id);
  assert.deepEqual(said(session, 9000), []);
});

test("lost steps number anew", () => {
  const session = joined({ number: 7 });
  const id = session.move({ a: 1 });
  assert.deepEqual(said(session, 0), [8]);
  session.receive(keyframe(1, { acks: 5, epoch: 2, rewound: true }), 100);
  assert.deepEqual(said(session, 100), [6]);
  const [accepted] = session.receive(frame(2, 1, { acks: 6, epoch: 2 }), 200);
  assert.deepEqual([accepted.type, accepted.id, accepted.number], ["accepted", id, 6]);
});

test("out of order resends, a full budget waits", () => {
  const session = joined();
  session.move({});
  session.outgoing(0);
  const error = { kind: "Error", ref: null, code: "out-of-order", text: "", retry_after: null };
  session.receive(error, 300);
  assert.deepEqual(said(session, 300), [1]);
  session.receive(error, 400);
  assert.deepEqual(said(session, 400), []);
  session.receive({ ...error, code: "too-many", retry_after: 5 }, 400);
  assert.deepEqual(said(session, 5300), []);
  assert.deepEqual(said(session, 5500), [1]);
});

test("who plays on through an outage keeps to the budget of moves", () => {
  const session = joined({ pace: "ticks" });
  let [tokens, most] = [80, 0]; // 40 a second, 80 at once
  for (let now = 0; now < 60_000; now += 50) {
    if ([3000, 3200, 20_000].includes(now)) session.receive(keyframe(1, { epoch: now }), now);
    if (session.pending.size < 64) session.move({});
    tokens = Math.min(80, tokens + 2) - said(session, now).length;
    assert.ok(tokens >= 0, `after ${now} ms`);
    most = Math.max(most, session.pending.size);
  }
  assert.equal(most, 64);
});

test("it is said again ever less often until there is a new owner", () => {
  const session = joined();
  session.move({});
  const times = (from, to) => [...Array(to - from)].map((_, n) => (from + n) * 250).filter((at) => said(session, at).length);
  assert.deepEqual(times(0, 60), [0, 1000, 3000, 7000, 11_000]);
  session.receive(keyframe(1, { epoch: 2 }), 14_900);
  assert.deepEqual(times(60, 80), [15_000, 16_000, 18_000]);
});

const failed = (number, code = "move-too-large") => ({
  kind: "Error", ref: null, code, text: "no", retry_after: null, number,
});

test("a move that will never do is dropped, and its number goes to the next", () => {
  const session = joined({ number: 3 });
  const [bad, good] = [session.move("x".repeat(2000)), session.move({ column: 1 })];
  assert.deepEqual(said(session, 0), [4, 5]);
  const [refused] = session.receive(failed(4), 100);
  assert.deepEqual([refused.type, refused.id, refused.number, refused.code], ["refused", bad, 4, "move-too-large"]);
  session.receive(failed(5, "out-of-order"), 100);
  const [ping] = session.outgoing(100);
  assert.deepEqual(session.receive(failed(4), 200), []);
  assert.deepEqual(said(session, 1500), []);
  session.receive({ kind: "Pong", ref: ping.ref, time: 0 }, 1500);
  assert.deepEqual(session.outgoing(1500).at(-1), { kind: "Move", number: 4, move: { column: 1 } });
  assert.equal(session.receive(frame(2, 1, { acks: 4 }), 1600)[0].id, good);
  session.move({});
  assert.deepEqual(said(session, 1700), [5]);
});

test("two of them among others, and what a fault of the server leaves", () => {
  const session = joined();
  for (let column = 0; column < 5; column++) session.move({ column });
  assert.deepEqual(said(session, 0), [1, 2, 3, 4, 5]);
  for (const [number, code] of [[2, "malformed"], [3, "out-of-order"], [4, "malformed"], [5, "internal"]]) {
    session.receive(failed(number, code), 100);
  }
  session.receive(frame(2, 1, { acks: 1 }), 100);
  const ping = session.outgoing(100).at(-1);
  session.receive({ kind: "Pong", ref: ping.ref, time: 0 }, 200);
  assert.deepEqual(
    session.outgoing(200).map((m) => [m.number, m.move]),
    [[2, { column: 2 }], [3, { column: 4 }]],
  );
});

test("after a new welcome the number is free too", () => {
  const session = joined();
  session.move("x".repeat(2000));
  session.move({ column: 1 });
  session.outgoing(0);
  session.receive(failed(1), 100);
  session.closed();
  session.opened(200);
  session.outgoing(200);
  session.receive(welcome(0), 300);
  assert.deepEqual(said(session, 300), [1]);
});

test("a refusal is told once", () => {
  const session = joined();
  for (const column of [8, 9]) session.move({ column });
  session.outgoing(0);
  const refused = [1, 2].map((number) => ({ kind: "Refused", number, code: "illegal-move", text: "no" }));
  assert.deepEqual(refused.map((each) => session.receive(each, 100).length), [1, 1]);
  session.receive(frame(2, 1, { acks: 2 }), 100);
  session.opened(1000);
  session.receive(welcome(2), 1000);
  assert.deepEqual(refused.map((each) => session.receive(each, 1000)), [[], []]);
});

test("a refusal that was late brings no other again", () => {
  const session = joined();
  for (const column of [7, 8, 9]) session.move({ column });
  session.outgoing(0);
  const [first, last] = [1, 3].map((number) => ({ kind: "Refused", number, code: "illegal-move", text: "no" }));
  assert.deepEqual([last, first, last].map((each) => session.receive(each, 100).length), [1, 1, 0]);
});

test("seen, heartbeat, silence", () => {
  const session = joined();
  session.receive(frame(2, 1), 500);
  assert.deepEqual(session.outgoing(500), []);
  assert.deepEqual(session.outgoing(1100), [{ kind: "Seen", seq: 2 }]);
  assert.deepEqual(session.outgoing(10_100).map((m) => m.kind), ["Ping"]);
  assert.equal(session.silent(20_000), false);
  assert.equal(session.silent(21_000), true);
  assert.equal(joined({ pace: "ticks" }).silent(3100), true);
});

test("clocks run between frames", () => {
  const session = joined();
  assert.deepEqual(session.clocks(0), [1000, 900]);
  assert.deepEqual(session.clocks(250), [1000, 650]);
  assert.deepEqual(session.clocks(5000), [1000, 0]);
});

test("bounds: unacknowledged moves, spectators, sessions", () => {
  const session = joined();
  for (let i = 0; i < 64; i++) session.move({});
  assert.throws(() => session.move({}));
  const spectator = new MatchSession();
  spectator.opened(0);
  spectator.receive(welcome(0, null), 0);
  assert.throws(() => spectator.move({}));
  for (let i = 0; i < 100; i++) {
    const minted = mintSession();
    assert.ok(Number.isSafeInteger(minted) && minted >= 1);
  }
});

test("the lobby: refs, presence, queue, room", () => {
  const lobby = new LobbySession();
  lobby.opened(0);
  assert.deepEqual(lobby.outgoing(0), [{ kind: "LobbyHello", ref: 1 }]);
  const ref = lobby.request({ kind: "Enqueue", game: "g", mode: "m" });
  assert.deepEqual(lobby.outgoing(0), [{ kind: "Enqueue", game: "g", mode: "m", ref }]);
  assert.deepEqual(lobby.receive({ kind: "Reply", ref, data: null }, 0), [{ type: "reply", ref, data: null }]);
  lobby.receive({ kind: "Presence", version: 1, online: 2, here: [["a", "A", "online"], ["b", "B", "queue"]], gone: [], full: true }, 0);
  lobby.receive({ kind: "Presence", version: 2, online: 1, here: [], gone: ["a"], full: false }, 0);
  assert.deepEqual([...lobby.players.keys()], ["b"]);
  lobby.receive({ kind: "Presence", version: 3, online: 1, here: [["c", "C", "online"]], gone: [], full: true }, 0);
  assert.deepEqual([...lobby.players.keys()], ["c"]);
  lobby.receive({ kind: "Queue", game: "g", mode: "m", since: 0, waiting: 1, bot: false }, 0);
  assert.equal(lobby.queue.game, "g");
  lobby.receive({ kind: "Queue", game: null, mode: null, since: 0, waiting: 0, bot: false }, 0);
  assert.equal(lobby.queue, null);
});
