// Messages to frames and back. A message is an object `{kind: "Move", number: 1, move: {...}}`.

import { decode as unpack, encode as pack } from "./vendor/msgpack/index.mjs";
import { JSON_TEXT, KINDS, MAX_SAFE, MSGPACK, NAMES } from "./kinds.js";

/** What a frame does not say at its end. */
const LEFT_OUT = { delta: null, events: [], prev: 0, epoch: 0 };

/** The positional array of a message; fields left out at its end take the server's defaults. */
export function toArray(message) {
  const shape = KINDS[message.kind];
  if (shape === undefined) throw new TypeError(`no message ${message.kind}`);
  const array = shape.map((field, at) => (at === 0 ? field : message[field]));
  while (array[array.length - 1] === undefined) array.pop();
  return array.map((value) => value ?? null);
}

/** The message of a positional array; null for a kind this client does not know. */
export function fromArray(array) {
  if (!Array.isArray(array)) throw new TypeError("a message is an array");
  const kind = NAMES.get(array[0]);
  if (kind === undefined) return null;
  const message = { kind };
  KINDS[kind].forEach((field, at) => {
    if (at > 0) message[field] = array[at];
  });
  if (kind === "Frame") for (const [field, value] of Object.entries(LEFT_OUT)) message[field] ??= value;
  return message;
}

/** A frame to send: Uint8Array for msgpack, string for JSON. */
export function encode(message, subprotocol = MSGPACK) {
  const array = toArray(message);
  checkPlain(array);
  return subprotocol === JSON_TEXT ? JSON.stringify(array) : pack(array);
}

/** A received frame (ArrayBuffer, Uint8Array or string) as a message; null for an unknown kind. */
export function decode(data) {
  return fromArray(typeof data === "string" ? JSON.parse(data) : unpack(data));
}

/** Throws where a value would not arrive as it is. */
export function checkPlain(value) {
  if (value === null || typeof value === "string" || typeof value === "boolean") return;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError("NaN and infinity cannot be sent");
    if (Number.isInteger(value) && Math.abs(value) > MAX_SAFE) throw new TypeError("integers are within 2^53");
    return;
  }
  if (Array.isArray(value)) return value.forEach(checkPlain);
  if (typeof value === "object" && !ArrayBuffer.isView(value) && !(value instanceof Date)) {
    return Object.values(value).forEach(checkPlain);
  }
  throw new TypeError(`${typeof value} cannot be sent`);
}
