// Latencies to regions: the quickest of a few asks, and nobody waits for who does not answer.

import assert from "node:assert/strict";
import test from "node:test";

import { measure } from "../../protocol/clients/js/measure.js";

function world(times) {
  let clock = 0;
  const asked = [];
  return {
    asked,
    now: () => clock,
    fetch: async (url) => {
      asked.push(url.href);
      const took = times[url.host]?.shift();
      if (took === undefined) throw new TypeError("no answer");
      clock += took;
      return new Response(null, { status: took < 0 ? 404 : 204 });
    },
  };
}

test("a region is as far as its quickest answer but the first", async () => {
  const { fetch, now, asked } = world({ "eu.test": [5, 40, 30.26, 35, 50] });
  assert.deepEqual(await measure({ eu: "https://eu.test/" }, "https://here.test", { fetch, now }), { eu: 30.3 });
  assert.deepEqual(new Set(asked), new Set(["https://eu.test/ping"]));
});

test("who does not answer is left out, and an empty address is the server itself", async () => {
  const { fetch, now, asked } = world({ "here.test": [9, 8, 7, 6, 5] });
  const found = await measure({ mars: "https://mars.test", here: "" }, "https://here.test/play", { fetch, now });
  assert.deepEqual(Object.keys(found), ["here"]);
  assert.ok(asked.includes("https://here.test/ping"));
});
