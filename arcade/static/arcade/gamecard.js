import { h, text } from "./dom.js";
import { renderer } from "./games/index.js";
import { icon } from "./icons.js";
import { fault, toast } from "./toast.js";
import { wishes } from "./wish.js";
import { modeTitle } from "./words.js";

const LEVELS = ["Easy", "Medium", "Hard", "Expert"];

export const levelTitle = (level, levels) => (levels > 1 ? (LEVELS[level - 1] ?? `Level ${level}`) : "Computer");

/** A picker of computer players' levels; the last chosen one is kept by the caller. */
export function levels(count, chosen = 1) {
  const select = h(
    "select",
    { "aria-label": "Level of the computer" },
    Array.from({ length: count }, (_, n) => h("option", { value: String(n + 1) }, levelTitle(n + 1, count))),
  );
  select.value = String(chosen);
  return select;
}

/** One game on the home screen: its picture, its modes, and the ways into a match. */
export function gameCard(app, game) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  const blurb = h("p", { class: "quiet" }, "");
  const facts = h("div", { class: "facts" });
  let mode = game.modes.find((m) => m.name === app.chosen(game.name)) ?? game.modes[0];

  const choose = (next) => {
    mode = next;
    app.choose(game.name, mode.name);
    describe();
  };
  const modes =
    game.modes.length > 1 &&
    h(
      "div",
      { class: "segments", role: "radiogroup", "aria-label": `Mode of ${app.title(game.name)}` },
      game.modes.map((m) =>
        h(
          "label",
          {},
          h("input", { type: "radio", name: `mode-${game.name}`, checked: m === mode, onchange: () => choose(m) }),
          h("span", {}, modeTitle(m.name)),
        ),
      ),
    );
  const extra = h("span", { class: "row" });
  const asked = wishes(app, "");
  facts.append(...[modes, extra].filter(Boolean));

  function describe() {
    asked.choose(game.name, mode.name);
    const [low, high] = mode.seats;
    const count = high && high !== low ? `${low}–${high} players` : `${low} players`;
    extra.replaceChildren(
      h("span", { class: "tag" }, count),
      ...(mode.teams ? [h("span", { class: "tag" }, "Teams")] : []),
      h("span", { class: "tag" }, mode.rated ? "Rated" : "Casual"),
    );
  }
  describe();

  /** Alone into the queue; who owns a party has it play this, and looks from its strip. */
  async function look() {
    const { owner, members } = app.store.party;
    if (members.length < 2 || owner !== app.store.player.id) return app.lobby.enqueue(game.name, mode.name, await asked.wish());
    await app.lobby.chooseForParty(game.name, mode.name);
    return toast("Your party plays this; look for a match above, once all are ready.");
  }
  const level = game.bots > 1 ? levels(game.bots) : null;
  const ask = (fn) => async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      await fn();
    } catch (error) {
      fault(error);
    } finally {
      button.disabled = false;
    }
  };
  const find = h("button", { class: "primary", onclick: ask(look) }, icon("search"), "Find a match");
  const bot =
    game.bots > 0 &&
    h(
      "div",
      { class: "bot" },
      h(
        "button",
        { onclick: ask(() => app.lobby.playBot(game.name, mode.name, Number(level?.value ?? 1))) },
        icon("bot"),
        game.bots > 1 ? "Play the bot" : "Play bots",
      ),
      level,
    );
  const make = h("button", { onclick: ask(() => app.lobby.createRoom(game.name, mode.name)) }, icon("door"), "Make a room");

  let scene;
  let gone = false;
  renderer(game.name).then((module) => {
    if (gone) return;
    text(blurb, module.blurb || "");
    scene = module.preview?.(canvas);
    if (!scene) canvas.remove();
  });

  const el = h(
    "article",
    { class: "panel game", "data-game": game.name },
    canvas,
    h(
      "div",
      { class: "body" },
      h("div", {}, h("h2", {}, app.title(game.name)), blurb),
      facts,
      asked.el,
      h("div", { class: "acts" }, find, bot, make),
    ),
  );
  return {
    el,
    stop() {
      gone = true;
      scene?.stop();
    },
  };
}
