// The areas of the lobby: what they hold, take and ask for is the connection's.

import assert from "node:assert/strict";
import test from "node:test";

import { AREAS, joined } from "../../protocol/clients/js/areas/index.js";
import { LobbyConnection, LobbySession } from "../../protocol/clients/js/index.js";
import { KINDS } from "../../protocol/clients/js/kinds.js";

test("what areas take and ask for is on the wire", () => {
  for (const kind of Object.keys(joined(AREAS, "takes"))) assert.ok(KINDS[kind]?.[0] >= 96, kind);
  for (const [name, ask] of Object.entries(joined(AREAS, "asks"))) {
    const { kind, ...fields } = ask();
    assert.deepEqual(Object.keys(fields), KINDS[kind].slice(2), name);
  }
});

test("what areas ask for covers nothing that a connection is", () => {
  const own = Object.getOwnPropertyNames(new LobbyConnection({ subprotocol: "" }));
  for (const part of ["asks", "fields"]) {
    for (const name of Object.keys(joined(AREAS, part))) {
      assert.ok(!own.includes(name), name);
      assert.ok(!(name in Object.getPrototypeOf(LobbyConnection.prototype)), name);
      assert.ok(name in LobbyConnection.prototype, name);
    }
  }
});

test("no two areas have the same", () => {
  const again = { takes: { Room: () => [] } };
  assert.throws(() => joined([...AREAS, again], "takes"), /two areas have takes.Room/);
});

test("a session shares nothing with another, and passes over what no area knows", () => {
  const one = new LobbySession();
  const two = new LobbySession();
  one.receive({ kind: "Presence", version: 1, online: 1, here: [["a", "Ann", "online"]], gone: [], full: false }, 0);
  assert.equal(one.players.size, 1);
  assert.equal(two.players.size, 0);
  for (const kind of ["Later", "toString", "constructor"]) assert.deepEqual(one.receive({ kind }, 0), []);
});

test("people are told whole and then by what changes", () => {
  const session = new LobbySession();
  const bob = ["p2", "Bob", "friend", "online"];
  session.receive({ kind: "People", version: 1, here: [bob, ["p3", "Cid", "asks", ""]], gone: [], full: true }, 0);
  const diff = { kind: "People", version: 2, here: [["p2", "Bob", "friend", "away"]], gone: ["p3"], full: false };
  const [told] = session.receive(diff, 0);
  assert.equal(told.type, "people");
  assert.deepEqual([...told.people.values()], [{ id: "p2", name: "Bob", what: "friend", status: "away" }]);
  session.receive({ kind: "People", version: 1, here: [], gone: [], full: true }, 0);
  assert.equal(session.people.size, 0);
});
