import { h, show, text } from "./dom.js";
import { openPerson } from "./person.js";
import { ago, modeTitle } from "./words.js";

const SHOWN = 6;
const BEST = 10;
const TRIED = 4;

async function read(path) {
  const response = await fetch(path, { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return response.json();
}

/** Your recent matches. */
export const history = { aside: ownMatches };

function ownMatches(el, app) {
  const list = h("ul", { class: "list" });
  const note = h("p", { class: "quiet small" }, "Loading…");
  el.append(h("h2", {}, "Your matches"), list, note);

  function row(match) {
    const mine = match.participants.find((p) => p.player === app.store.player.id) ?? {};
    const opponents = match.participants.filter((p) => p !== mine);
    const others = opponents.map((p) => p.name);
    const word = mine.outcome ?? "none";
    const gain = mine.rating_after != null && mine.rating_before != null ? mine.rating_after - mine.rating_before : null;
    const inside = [
      h("span", { class: `outcome ${word}` }, { win: "Won", loss: "Lost", draw: "Draw" }[word] ?? "–"),
      h(
        "span",
        { class: "clip" },
        app.title(match.game),
        h("span", { class: "quiet small" }, others.length > 1 ? ` · ${others.length + 1} players` : ` · ${others[0] ?? ""}`),
      ),
      h("span", { class: "quiet small end num" }, gain === null ? ago(match.ended) : `${gain >= 0 ? "+" : "−"}${Math.abs(gain)}`),
    ];
    const [{ player: id = null, name = "" } = {}] = opponents;
    if (opponents.length !== 1 || !id) return h("li", {}, inside);
    const open = () => openPerson(app, { id, name, match: match.outcome === "finished" ? match.id : null });
    return h("li", { class: "person" }, h("button", { class: "plain", "aria-haspopup": "dialog", onclick: open }, inside));
  }

  read(`/api/matches/?limit=${SHOWN}&player=${encodeURIComponent(app.store.player.id)}`).then(
    ({ matches }) => {
      list.replaceChildren(...matches.map(row));
      text(note, matches.length ? "" : "None yet. Your first match will be here.");
      show(note, !matches.length);
    },
    () => text(note, "Your matches could not be read; they are safe."),
  );
}

/** The ten best of a game and mode. */
export const leaders = { aside: best };

function best(el, app) {
  const list = h("ol", { class: "list" });
  const note = h("p", { class: "quiet small" }, "Loading…");
  const pick = h("select", { "aria-label": "Game and mode", onchange: () => load() });
  el.append(h("div", { class: "tabs" }, h("h2", {}, "Top 10"), pick), list, note);

  function options() {
    const chosen = pick.value;
    const rated = app.store.games.flatMap((game) =>
      game.modes.filter((mode) => mode.rated).map((mode) => ({ game, mode, many: game.modes.length > 1 })),
    );
    pick.replaceChildren(
      ...rated.map(({ game, mode, many }) =>
        h("option", { value: `${game.name}/${mode.name}` }, many && mode.name !== "standard" ? `${app.title(game.name)} · ${modeTitle(mode.name)}` : app.title(game.name)),
      ),
    );
    if (chosen) pick.value = chosen;
    show(el, rated.length > 0);
    if (rated.length) load(chosen ? 0 : TRIED);
  }

  /** Read the chosen board; while it is empty and `tries` are left, choose the next one. */
  async function load(tries = 0) {
    const asked = pick.value;
    const [game, mode] = asked.split("/");
    try {
      const { players } = await read(`/api/leaderboards/${encodeURIComponent(game)}/?mode=${encodeURIComponent(mode)}`);
      if (asked !== pick.value) return;
      if (!players.length && tries && pick.selectedIndex < pick.options.length - 1) {
        pick.selectedIndex++;
        return await load(tries - 1);
      }
      const best = players.slice(0, BEST);
      list.replaceChildren(
        ...best.map((entry) =>
          h(
            "li",
            {},
            h("span", { class: "rank num" }, String(entry.rank)),
            h("span", { class: entry.player === app.store.player.id ? "clip me" : "clip" }, entry.name),
            h("span", { class: "end num" }, String(entry.rating)),
          ),
        ),
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
