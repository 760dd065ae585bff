/**
 * Where the names of runners go so that none covers another.
 *
 * `labels`: [{x, y, r, half, size}], the most important first: a runner's place and radius, half the width of its
 * name and the height of its letters. `held`: what the last call returned, so that names do not hop about.
 * Returns for each {spot, x, y}, the middle of the name, or null where there is no room for it.
 */
export function arrange(labels, width, height, held = []) {
  const taken = [];
  return labels.map((label, n) => {
    const found = spots(label, width)
      .filter(({ box }) => box.top >= 0 && box.bottom <= height && !taken.some((other) => touch(box, other)))
      .map((spot) => ({ ...spot, cost: cost(spot, labels, n, held[n]?.spot) }))
      .sort((a, b) => a.cost - b.cost)[0];
    if (!found) return null;
    taken.push(found.box);
    return { spot: found.spot, x: found.x, y: found.y };
  });
}

/** Above, below, a line further, and beside the runner, in the order of liking. */
function spots({ x, y, r, half, size }, width) {
  const near = r + size * 0.95;
  const far = near + size * 1.3;
  const across = Math.max(half, Math.min(width - half, x));
  const places = [
    [across, y - near], [across, y + near], [across, y - far], [across, y + far],
    [x + r * 1.4 + half, y], [x - r * 1.4 - half, y],
  ];
  return places
    .map(([left, top], spot) => ({ spot, x: left, y: top, box: frame(left, top, half, size) }))
    .filter(({ box }) => box.left >= -0.01 && box.right <= width + 0.01);
}

function frame(x, y, half, size) {
  return { left: x - half, right: x + half, top: y - size * 0.6, bottom: y + size * 0.6 };
}

function touch(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** A name over another runner is read with more trouble than one a little further off. */
function cost({ spot, box }, labels, own, before) {
  const over = labels.filter(({ x, y, r }, n) => n !== own && touch(box, { left: x - r, right: x + r, top: y - r, bottom: y + r }));
  return over.length * 8 + spot - (spot === before ? 1.5 : 0);
}
