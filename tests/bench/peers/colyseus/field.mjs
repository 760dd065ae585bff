// The arena's rules, as matches/games/arena_field.py and arena.py have them: whole tenths of a unit.

export const RATE = 20;
const WIDTH = 16_000, HEIGHT = 9_000;
const RUNNER = 300, COIN = 160;
const SPEED = 160, SLANT = 113;
const KNOCK = 480, DIZZY = 8, SAFE = 24;
const COINS_MOST = 40, MARGIN = 500;

export const SPOTS = [
  [2_000, 4_500], [14_000, 4_500], [8_000, 1_500], [8_000, 7_500],
  [3_000, 1_500], [13_000, 7_500], [13_000, 1_500], [3_000, 7_500],
];

export const coinsOf = (seats) => 3 + (seats >> 1);

const clamp = (value, low, high) => (value < low ? low : value > high ? high : value);
const between = (low, high) => low + Math.floor(Math.random() * (high - low + 1));

export const spot = () => [between(MARGIN, WIDTH - MARGIN), between(MARGIN, HEIGHT - MARGIN)];

function fade(knock) {
  const size = Math.floor((Math.abs(knock) * 3) / 4);
  return size < 20 ? 0 : knock > 0 ? size : -size;
}

function speed(runner) {
  return runner.dizzy ? 0 : runner.dx && runner.dy ? SLANT : SPEED;
}

export function run(runner) {
  const pace = speed(runner);
  runner.x = clamp(runner.x + runner.dx * pace + runner.kx, RUNNER, WIDTH - RUNNER);
  runner.y = clamp(runner.y + runner.dy * pace + runner.ky, RUNNER, HEIGHT - RUNNER);
  if (runner.kx) runner.kx = fade(runner.kx);
  if (runner.ky) runner.ky = fade(runner.ky);
  if (runner.dizzyFor && --runner.dizzyFor === 0) runner.dizzy = false;
  if (runner.safe) runner.safe--;
}

// `drop(x, y)` lays a coin down.
export function bump(a, b, coins, drop) {
  let x = b.x - a.x;
  const y = b.y - a.y;
  if (x * x + y * y >= 4 * RUNNER * RUNNER || a.safe || b.safe || a.team === b.team) return;
  if (!x && !y) x = 1;
  const pa = speed(a), pb = speed(b);
  const force = Math.max(0, (a.dx * pa + a.kx) * x + (a.dy * pa + a.ky) * y);
  const counter = Math.max(0, -((b.dx * pb + b.kx) * x + (b.dy * pb + b.ky) * y));
  const far = Math.max(1, Math.floor(Math.sqrt(x * x + y * y)));
  if (force >= counter) knock(b, 1, force > counter);
  if (counter >= force) knock(a, -1, counter > force);

  function knock(victim, sign, harder) {
    victim.kx = sign * Math.floor((KNOCK * x) / far);
    victim.ky = sign * Math.floor((KNOCK * y) / far);
    victim.dizzy = true;
    victim.dizzyFor = DIZZY;
    victim.safe = SAFE;
    if (!harder || victim.score === 0 || coins.length >= COINS_MOST) return;
    victim.score--;
    drop(
      clamp(victim.x - Math.floor((3 * RUNNER * victim.ky) / KNOCK), MARGIN, WIDTH - MARGIN),
      clamp(victim.y + Math.floor((3 * RUNNER * victim.kx) / KNOCK), MARGIN, HEIGHT - MARGIN),
    );
  }
}

// The first `base` coins come up elsewhere (`scatter()` says where), those dropped by someone are gone.
export function collect(runner, coins, base, scatter = spot) {
  if (runner.dizzy) return;
  const reach = (RUNNER + COIN) ** 2;
  for (let place = coins.length - 1; place >= 0; place--) {
    const coin = coins[place];
    const x = coin.x - runner.x, y = coin.y - runner.y;
    if (x * x + y * y >= reach) continue;
    runner.score++;
    if (place < base) [coin.x, coin.y] = scatter();
    else coins.splice(place, 1);
  }
}
