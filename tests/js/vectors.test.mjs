// The golden frames: the JS client reads and makes the same bytes as everyone else.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { CLOSES, JSON_TEXT, KINDS, apply, decode, encode, fromArray, toArray } from "../../protocol/clients/js/index.js";
import { decode as unpack } from "../../protocol/clients/js/vendor/msgpack/index.mjs";

const load = (name) => JSON.parse(readFileSync(new URL(`../../protocol/vectors/${name}`, import.meta.url), "utf8"));
const bytes = (hex) => new Uint8Array(Buffer.from(hex, "hex"));
const hex = (data) => Buffer.from(data).toString("hex");

for (const file of ["client.json", "server.json"]) {
  test(`${file}: frames are read`, () => {
    for (const vector of load(file)) {
      const message = decode(bytes(vector.hex));
      assert.equal(message.kind, vector.kind, vector.name);
      const array = toArray(message);
      assert.deepEqual(array.slice(0, vector.message.length), vector.message, vector.name);
      const leftOut = array.slice(vector.message.length);
      assert.ok(vector.kind === "Frame" || leftOut.length === 0, vector.name);
      assert.deepEqual(leftOut, [null, [], 0, 0].slice(4 - leftOut.length), vector.name);
      assert.deepEqual(decode(vector.json), message, vector.name);
      assert.deepEqual(decode(bytes(vector.hex).buffer), message, vector.name);
    }
  });
}

test("client.json: frames are made, byte for byte", () => {
  for (const vector of load("client.json")) {
    const message = fromArray(vector.message);
    assert.equal(hex(encode(message)), vector.hex, vector.name);
    assert.deepEqual(JSON.parse(encode(message, JSON_TEXT)), vector.message, vector.name);
  }
});

test("deltas.json: patches make the new value and leave the old one", () => {
  for (const { name, old, new: wanted, patch, hex: packed } of load("deltas.json")) {
    if (patch === null) {
      assert.deepEqual(old, wanted, name);
      continue;
    }
    const before = JSON.stringify(old);
    assert.deepEqual(apply(old, unpack(bytes(packed))), wanted, name);
    assert.deepEqual(apply(old, patch), wanted, name);
    assert.equal(JSON.stringify(old), before, name);
  }
});

test("patches that do not fit are refused", () => {
  for (const [old, patch] of [
    [[1], [4, 1]], [[1], [-3, 1, 1]], [[1], [1]], [[1], [null, 2]], [[1], [null]], [[1], ["a", 1]], [1, [1, 1]], [null, [1, 1]],
    [[1], [1, [1, 2]]], [[1], [[1], 2]], [[1], [0.5, 1]], [{ a: 1 }, [2, 1]], [{ a: 1 }, ["a"]], [{ a: 1 }, [null, "b"]],
    [{ a: 1 }, [-2, 1, 1]], [{ a: 1 }, ["__proto__", {}]], [{ a: [1] }, [1, [2]]], [[1], []],
  ]) {
    assert.throws(() => apply(old, patch), RangeError, JSON.stringify([old, patch]));
  }
});

test("the tables are the server's", () => {
  const { kinds, closes } = load("tables.json");
  assert.deepEqual(KINDS, kinds);
  assert.deepEqual(CLOSES, closes);
});

test("unknown kinds are passed over, what cannot arrive is not sent", () => {
  assert.equal(fromArray([250, 1]), null);
  for (const move of [NaN, Infinity, 2 ** 53, undefined, () => 1, new Date(), new Uint8Array(2), 5n]) {
    assert.throws(() => encode({ kind: "Move", number: 1, move: { move } }), TypeError);
  }
  assert.deepEqual(toArray({ kind: "PlayBot", ref: 1, game: "g", mode: "m" }), [67, 1, "g", "m"]);
});
