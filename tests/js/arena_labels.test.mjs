// The names in the arena: none covers another, none leaves the field.

import assert from "node:assert/strict";
import test from "node:test";

import { arrange } from "../../arcade/static/arcade/games/arena-labels.js";

const WIDTH = 640;
const HEIGHT = 360;
const label = (x, y, half = 40) => ({ x, y, r: 12, half, size: 12 });
const box = ({ half, size }, { x, y }) => [x - half, x + half, y - size * 0.6, y + size * 0.6];

function apart([left, right, top, bottom], [l, r, t, b]) {
  return right <= l || r <= left || bottom <= t || b <= top;
}

test("a name alone stands above its runner, below it at the upper edge", () => {
  assert.ok(arrange([label(300, 200)], WIDTH, HEIGHT)[0].y < 200);
  assert.ok(arrange([label(300, 12)], WIDTH, HEIGHT)[0].y > 12);
});

test("runners side by side and one over the other are all named", () => {
  for (const [dx, dy] of [[24, 0], [0, 24], [17, 17], [0, 0]]) {
    const labels = [label(300, 200), label(300 + dx, 200 + dy)];
    const places = arrange(labels, WIDTH, HEIGHT);
    assert.ok(apart(box(labels[0], places[0]), box(labels[1], places[1])), `${dx}, ${dy}`);
  }
});

test("in any crowd no two names touch, and all are in the field", () => {
  let dice = 11;
  const random = (n) => (dice = (dice * 48_271) % 2_147_483_647) % n;
  let shown = 0;
  for (let round = 0; round < 500; round++) {
    const [x, y] = [random(WIDTH), random(HEIGHT)];
    const at = (centre, most) => Math.max(12, Math.min(most - 12, centre + random(90) - 45));
    const labels = Array.from({ length: 8 }, () => label(at(x, WIDTH), at(y, HEIGHT), 20 + random(40)));
    const boxes = arrange(labels, WIDTH, HEIGHT).flatMap((place, n) => (place ? [box(labels[n], place)] : []));
    shown += boxes.length;
    for (const [n, one] of boxes.entries()) {
      assert.ok(one[0] >= -0.1 && one[1] <= WIDTH + 0.1 && one[2] >= 0 && one[3] <= HEIGHT);
      for (const other of boxes.slice(n + 1)) assert.ok(apart(one, other));
    }
  }
  assert.ok(shown > 500 * 4, `${shown} names shown`);
});

test("the first is always named, and a name does not hop about", () => {
  const crowd = Array.from({ length: 8 }, () => label(300, 200));
  assert.ok(arrange(crowd, WIDTH, HEIGHT)[0]);
  const near = [label(300, 200), label(320, 200)];
  const first = arrange(near, WIDTH, HEIGHT);
  assert.equal(first[1].spot, 1);
  assert.equal(arrange([near[0], label(381, 200)], WIDTH, HEIGHT, first)[1].spot, 1);
  assert.equal(arrange([near[0], label(381, 200)], WIDTH, HEIGHT)[1].spot, 0);
});
