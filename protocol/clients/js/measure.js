// How far away the regions are.

const TIMES = 4;
const PATIENCE = 2_000;

/**
 * Milliseconds by region: the quickest of a few `GET <address>/ping`, the first of which only opens the way.
 * `regions`: address by name, "" or relative ones at `base`. Who does not answer in time is left out.
 */
export async function measure(regions, base, { fetch: use = globalThis.fetch, now = () => performance.now() } = {}) {
  const latencies = {};
  await Promise.all(
    Object.entries(regions).map(async ([name, address]) => {
      const ms = await nearest(new URL(`${address.replace(/\/+$/, "")}/ping`, base), use.bind(globalThis), now);
      if (ms !== null) latencies[name] = ms;
    }),
  );
  return latencies;
}

async function nearest(url, ask, now) {
  let best = null;
  for (let time = 0; time <= TIMES; time += 1) {
    const began = now();
    try {
      const answer = await ask(url, { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(PATIENCE) });
      if (!answer.ok) return best;
      await answer.arrayBuffer();
    } catch {
      return best;
    }
    const took = Math.min(10_000, Math.max(0, now() - began));
    if (time > 0) best = Math.round(10 * Math.min(best ?? took, took)) / 10;
  }
  return best;
}
