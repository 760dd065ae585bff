// Patches of views; the specification is in protocol/README.md, section "Deltas".

/** The value that `patch` makes of `old`. Changes neither; the parts it left alone are shared. */
export function apply(old, patch) {
  if (patch.length === 0) unfit("it is empty");
  if (Array.isArray(patch[0])) return only(patch.length === 1 ? patch[0] : []);
  if (Array.isArray(old)) return places(old.slice(), patch, true);
  if (old === null || typeof old !== "object") unfit("only lists and maps are patched inside");
  const next = { ...old };
  if (typeof patch[0] === "number") {
    const keys = Object.keys(old);
    places(Object.values(old), patch, false).forEach((value, at) => { next[keys[at]] = value; });
    return next;
  }
  for (let at = 0; at < patch.length; at += 2) {
    const key = patch[at];
    const operand = need(patch, at + 1);
    if (key === null) {
      if (!Object.hasOwn(next, operand)) unfit("no such key");
      delete next[operand];
    } else {
      if (typeof key !== "string" || key === "__proto__") unfit("no such key");
      next[key] = Object.hasOwn(next, key) ? change(next[key], operand) : operand;
    }
  }
  return next;
}

/** Masks and operands, applied to `items` in place; only a list grows and is cut. */
function places(items, patch, growing) {
  let start = 0;
  for (let at = 0; at < patch.length; at++) {
    let mask = patch[at];
    if (mask === null && growing) {
      const count = need(patch, ++at);
      if (!(count >= 0 && count <= items.length)) unfit("cut beyond the end");
      items.length = count;
    } else if (!Number.isInteger(mask) || mask >= 2 ** 31) {
      unfit("a mask is an integer");
    } else if (mask < 0) {
      start = -mask - 1;
    } else {
      for (let place = start; mask > 0; place++, mask >>= 1) {
        if ((mask & 1) === 0) continue;
        const operand = need(patch, ++at);
        if (place < items.length) items[place] = change(items[place], operand);
        else if (place === items.length && growing) items.push(operand);
        else unfit("beyond the end");
      }
    }
  }
  return items;
}

function change(old, operand) {
  if (typeof old === "number") {
    if (typeof operand === "number") return old + operand;
    return Array.isArray(operand) ? only(operand) : operand;
  }
  return Array.isArray(operand) && old !== null && typeof old === "object" ? apply(old, operand) : operand;
}

function only(array) {
  if (array.length !== 1) unfit("one value, as a whole");
  return array[0];
}

function need(patch, at) {
  if (at >= patch.length) unfit("an operand is missing");
  return patch[at];
}

function unfit(why) {
  throw new RangeError(`the patch does not fit: ${why}`);
}
