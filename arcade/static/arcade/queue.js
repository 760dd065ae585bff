import { proposal } from "./accept.js";
import { announce, h, show, text } from "./dom.js";
import { icon } from "./icons.js";
import { fault, toast } from "./toast.js";
import { minutes, modeTitle, plural } from "./words.js";

const OFFER_AFTER = 10;

/** Where the player waits for opponents. */
export const queue = { name: "queue", label: "Queue", enter, dock };

const NOWHERE = { game: null };
const MINE = {
  declined: "You did not take the match and are out of the queue. You can look again in a moment.",
  missed: "You did not answer in time and are out of the queue. You can look again in a moment.",
  away: "You were away and are out of the queue.",
};
const THEIRS = {
  declined: "One of your party did not take the match: you are out of the queue.",
  missed: "One of your party did not answer in time: you are out of the queue.",
  away: "One of your party was away: you are out of the queue.",
};

function enter({ lobby, store }) {
  const take = () => store.set("queue", lobby.queue ?? NOWHERE);
  lobby.on("queue", take);
  lobby.on("match_found", take);
  lobby.on("unqueued", ({ code, mine }) => toast((mine ? MINE : THEIRS)[code] ?? "You are out of the queue."));
  take();
}

/** The strip at the bottom while he waits. */
function dock(el, app) {
  const { store } = app;
  const time = h("span", { class: "time num" }, "0:00");
  const what = h("span", {}, "");
  const more = h("span", { class: "quiet small" }, "");
  const bot = h("button", { class: "primary", onclick: play }, icon("bot"), "Play the bot instead");
  const stop = h("button", { onclick: () => app.lobby.dequeue().catch(fault) }, icon("cross"), "Stop looking");
  el.replaceChildren(h("span", { class: "spin", "aria-hidden": "true" }), time, h("div", { class: "grow" }, what, more), bot, stop);
  const ask = proposal(app);
  let began = 0;
  let ticking = 0;
  let said = "";

  function play() {
    const { game, mode } = store.queue;
    app.lobby.playBot(game, mode, 1).catch(fault);
  }

  function tick() {
    const waited = (performance.now() - began) / 1000;
    text(time, minutes(waited));
    const { game, waiting, place, estimate, bot: offered } = store.queue;
    const alone = (waiting ?? 1) <= 1;
    show(bot, Boolean(store.game(game).bots) && (offered || (alone && waited >= OFFER_AFTER)));
    const usual = estimate === null || estimate === undefined ? "" : ` · usually within ${Math.max(1, Math.ceil(estimate))} s`;
    const where = place > 0 ? ` · you are number ${place}` : "";
    text(more, (alone ? "You are the only one looking." : `${plural(waiting, "player")} in this queue${where}`) + usual);
  }

  function draw() {
    const { game, mode, since } = store.queue;
    clearInterval(ticking);
    show(el, Boolean(game));
    ask.update(store.queue);
    if (!game) {
      said = "";
      return;
    }
    began = performance.now() - (since ?? 0) * 1000;
    const sentence = `Looking for a match: ${app.title(game)}, ${modeTitle(mode).toLowerCase()}`;
    text(what, sentence);
    if (sentence !== said) announce(sentence);
    said = sentence;
    tick();
    ticking = setInterval(tick, 500);
  }
  draw();
  store.on("queue", draw);
}
