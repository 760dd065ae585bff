// What the JavaScript client does with lines: each is told once, what is missing is asked for.

import assert from "node:assert/strict";
import test from "node:test";

import { chat, nextLine } from "../../protocol/clients/js/areas/chat.js";
import { LobbySession } from "../../protocol/clients/js/index.js";

function told(session, after, upto, ...seqs) {
  const lines = seqs.map((seq) => [seq, seq, "p1", "Ada", String(seq)]);
  const happened = session.receive({ kind: "ChatLines", channel: "room/A", after, upto, lines, more: false }, 0);
  return happened.flatMap((said) => said.lines.map((line) => line.seq));
}

const asked = (session) => session.outgoing(0).filter(({ kind }) => kind === "ChatJoin").map(({ after }) => after);

test("a line is told once however batches overlap", () => {
  const session = new LobbySession();
  assert.deepEqual(told(session, 0, 5, 3, 5), [3, 5]);
  assert.deepEqual(told(session, 3, 8, 5, 8), [8]);
  assert.deepEqual(told(session, 0, 8, 3, 5, 8), []);
  assert.equal(session.held.get("room/A"), 8);
});

test("a gap is asked for once and filled, and what is not told is none", () => {
  const session = new LobbySession();
  told(session, 0, 5, 5);
  assert.deepEqual(told(session, 7, 8, 8), []);
  assert.deepEqual(told(session, 8, 9, 9), []);
  assert.deepEqual(asked(session), [5]);
  assert.deepEqual(told(session, 5, 9, 7, 8, 9), [7, 8, 9]);
  assert.deepEqual(told(session, 9, 20), []);
  assert.deepEqual(told(session, 20, 21, 21), [21]);
  assert.deepEqual(asked(session), []);
});

test("a new socket joins again behind the hello, but for what it has left", () => {
  const session = new LobbySession();
  told(session, 0, 5, 5);
  session.opened(1);
  assert.deepEqual(session.outgoing(1).map(({ kind, after }) => [kind, after]), [["LobbyHello", undefined], ["ChatJoin", 5]]);
  session.receive({ kind: "ChatLeft", channel: "room/A", code: "no-channel" }, 2);
  session.opened(3);
  assert.deepEqual(session.outgoing(3).map(({ kind }) => kind), ["LobbyHello"]);
});

test("lines have numbers, and one said again keeps its own", () => {
  const first = chat.asks.say("room/A", "hi");
  assert.equal(chat.asks.say("room/A", "hi").number, first.number + 1);
  const number = nextLine();
  assert.deepEqual(chat.asks.say("room/A", "hi", number), chat.asks.say("room/A", "hi", number));
  assert.ok(first.session > 0);
});
