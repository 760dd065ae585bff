import { h, show, text } from "./dom.js";
import { ago, modeTitle } from "./words.js";

async function read(path) {
  const response = await fetch(path, { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return response.json();
}

const items = (body) => (Array.isArray(body) ? body : (body.items ?? body.matches ?? body.players ?? []));

/** Your recent matches. */
export function history(el, app) {
  const list = h("ul", { class: "list" });
  const note = h("p", { class: "quiet small" }, "Loading…");
  el.append(h("h2", {}, "Your matches"), list, note);

  function row(match) {
    const mine = match.participants?.find((p) => (p.player?.id ?? p.player) === app.store.player.id) ?? {};
    const others = (match.participants ?? []).filter((p) => p !== mine).map((p) => p.name);
    const word = match.outcome === "aborted" ? "none" : (mine.outcome ?? "none");
    const gain = mine.rating_after != null && mine.rating_before != null ? mine.rating_after - mine.rating_before : null;
    return h(
      "li",
      {},
      h("span", { class: `outcome ${word}` }, { win: "Won", loss: "Lost", draw: "Draw" }[word] ?? "–"),
      h(
        "span",
        { class: "clip" },
        app.title(match.game),
        h("span", { class: "quiet small" }, others.length > 1 ? ` · ${others.length + 1} players` : ` · ${others[0] ?? ""}`),
      ),
      h("span", { class: "quiet small end num" }, gain === null ? ago(match.ended ?? match.started) : `${gain >= 0 ? "+" : "−"}${Math.abs(gain)}`),
    );
  }

  read(`/api/matches/?player=${encodeURIComponent(app.store.player.id)}`).then(
    (body) => {
      const matches = items(body).slice(0, 6);
      list.replaceChildren(...matches.map(row));
      text(note, matches.length ? "" : "None yet. Your first match will be here.");
      show(note, !matches.length);
    },
    () => text(note, "Your matches could not be read; they are safe."),
  );
}

/** The ten best of a game and mode. */
export function leaders(el, app) {
  const list = h("ol", { class: "list" });
  const note = h("p", { class: "quiet small" }, "Loading…");
  const pick = h("select", { "aria-label": "Game and mode", onchange: load });
  el.append(h("div", { class: "tabs" }, h("h2", {}, "Top 10"), pick), list, note);

  function options() {
    const chosen = pick.value;
    const rated = app.store.games.flatMap((game) =>
      game.modes.filter((mode) => mode.rated).map((mode) => ({ game, mode, many: game.modes.length > 1 })),
    );
    pick.replaceChildren(
      ...rated.map(({ game, mode, many }) =>
        h("option", { value: `${game.name}/${mode.name}` }, many ? `${app.title(game.name)} · ${modeTitle(mode.name)}` : app.title(game.name)),
      ),
    );
    if (chosen) pick.value = chosen;
    show(el, rated.length > 0);
    if (rated.length) load();
  }

  async function load() {
    const asked = pick.value;
    const [game, mode] = asked.split("/");
    try {
      const body = await read(`/api/leaderboards/${encodeURIComponent(game)}/?mode=${encodeURIComponent(mode)}`);
      if (asked !== pick.value) return;
      const best = items(body).slice(0, 10);
      list.replaceChildren(
        ...best.map((entry, n) => {
          const id = entry.player?.id ?? entry.player ?? entry.id;
          return h(
            "li",
            {},
            h("span", { class: "rank num" }, String(entry.rank ?? n + 1)),
            h("span", { class: id === app.store.player.id ? "clip me" : "clip" }, entry.name ?? entry.player?.name ?? ""),
            h("span", { class: "end num" }, String(entry.rating ?? entry.shown ?? "")),
          );
        }),
      );
      text(note, best.length ? "" : "No one is rated here yet. Win the first match.");
      show(note, !best.length);
    } catch {
      list.replaceChildren();
      text(note, "The ratings could not be read; try again later.");
      show(note, true);
    }
  }
  options();
  return app.store.on("games", options);
}
