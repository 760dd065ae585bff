// Patches of views; the specification is in protocol/README.md, section "Deltas".

/** The value that `patch` makes of `old`. Changes neither; the parts it left alone are shared. */
export function apply(old, patch) {
  if (patch.length === 2 && Array.isArray(patch[0]) && patch[0].length === 0) return patch[1];
  if (Array.isArray(old)) return applyList(old, patch);
  if (old !== null && typeof old === "object") return applyMap(old, patch);
  throw new RangeError("the patch does not fit");
}

function applyList(old, patch) {
  const next = old.slice();
  for (let at = 0; at < patch.length; at++) {
    const operator = patch[at];
    if (!Number.isInteger(operator)) throw new RangeError("the patch does not fit: a list needs positions");
    if (operator < 0) {
      if (-operator - 1 > next.length) throw new RangeError("the patch does not fit: cut beyond the end");
      next.length = -operator - 1;
      continue;
    }
    const position = operator >> 1;
    const operand = need(patch, ++at);
    if (position > next.length - (operator & 1)) throw new RangeError("the patch does not fit: beyond the end");
    next[position] = operator & 1 ? apply(next[position], operand) : operand;
  }
  return next;
}

function applyMap(old, patch) {
  const next = { ...old };
  const keys = typeof patch[0] === "number" ? Object.keys(old) : [];
  for (let at = 0; at < patch.length; at++) {
    const operator = patch[at];
    const operand = need(patch, ++at);
    if (operator === null) {
      delete next[held(next, operand)];
    } else if (typeof operator === "string") {
      if (operator === "__proto__") throw new RangeError("the patch does not fit: no such key");
      next[operator] = operand;
    } else {
      const inside = Array.isArray(operator) || (operator & 1) === 1;
      const key = held(next, Array.isArray(operator) ? operator[0] : keys[operator >> 1]);
      next[key] = inside ? apply(next[key], operand) : operand;
    }
  }
  return next;
}

function held(map, key) {
  if (!Object.hasOwn(map, key)) throw new RangeError("the patch does not fit: no such key");
  return key;
}

function need(patch, at) {
  if (at >= patch.length) throw new RangeError("the patch does not fit: an operand is missing");
  return patch[at];
}
