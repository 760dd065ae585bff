// Applies patches for another process: frames on stdin and stdout, four bytes of length and msgpack.
// In: [[old, patch], ...]; out: what the JS client makes of each.

import { apply } from "../../../protocol/clients/js/index.js";
import { decode, encode } from "../../../protocol/clients/js/vendor/msgpack/index.mjs";

let held = Buffer.alloc(0);
process.stdin.on("data", (chunk) => {
  held = Buffer.concat([held, chunk]);
  while (held.length >= 4 && held.length >= 4 + held.readUInt32BE()) {
    const end = 4 + held.readUInt32BE();
    const pairs = decode(held.subarray(4, end));
    held = held.subarray(end);
    const data = encode(pairs.map(([old, patch]) => apply(old, patch)));
    const head = Buffer.alloc(4);
    head.writeUInt32BE(data.length);
    process.stdout.write(Buffer.concat([head, data]));
  }
});
