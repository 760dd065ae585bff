import { actions, ending } from "./desk.js";
import { announce, h, show, text } from "./dom.js";
import { renderer } from "./games/index.js";
import { icon } from "./icons.js";
import { strip } from "./seats.js";
import { sentence, toast } from "./toast.js";
import { modeTitle } from "./words.js";

/** The close code of a seat that was taken over by a newer window. */
const REPLACED = 4005;
const TAKEN = 4014;

/** One line of help: the keys, then what they do. */
function keysOf(row, n) {
  const words = row.slice(0, -1).map((key) => (key === "–" ? "–" : h("kbd", {}, key)));
  return [n ? " · " : "", h("span", { class: "key" }, ...words.flatMap((word) => [word, " "]), row.at(-1))];
}

/** The screen of one match, played or watched. `match` has said hello already. Returns what takes it down. */
export async function matchScreen(el, app, match) {
  const { seats, game, mode, rated, pace } = match.welcome;
  const module = await renderer(game);
  const bots = app.store.game(game).bots || Math.max(0, ...seats.map((who) => who.bot ?? 0));
  const watching = match.seat === null;
  const link = h("span", { class: "tag warn", role: "status", hidden: true }, h("span", { class: "spin", "aria-hidden": "true" }), "Reconnecting…");
  const bar = h(
    "div",
    { class: "bar" },
    h("button", { class: "plain back", "aria-label": "Back home", onclick: () => app.home() }, icon("back")),
    h("h1", { class: "clip" }, app.title(game)),
    mode !== "standard" && h("span", { class: "tag" }, modeTitle(mode)),
    h("span", { class: "tag" }, rated ? "Rated" : "Casual"),
    watching && h("span", { class: "tag accent" }, icon("eye"), "Watching"),
    link,
  );
  const stage = h("div", { class: "stage" });
  const says = h("p", { class: "says", "aria-live": "polite" }, "");
  const desk = actions(match, module);
  const end = ending(match, module, app);
  const strips = seats.map((_, seat) => strip(match, module, seat, bots));
  const mine = match.seat ?? 0;
  const duel = seats.length === 2;
  const them = h("div", { class: "strips them" }, duel ? strips[1 - mine].el : []);
  const rest = h("div", { class: duel ? "strips mine" : "strips mine many" }, duel ? strips[mine].el : strips.map((s) => s.el));
  const keys =
    !watching && module.keys?.length
      ? h("p", { class: "keys quiet small" }, module.keys.flatMap(keysOf))
      : "";
  show(them, duel);
  el.replaceChildren(h("div", { class: duel ? "match duel" : "match", "data-game": game }, bar, them, stage, rest, says, h("div", { class: "desk" }, desk.el, end.el), keys));

  const scene = module.mount(stage, match);
  let stopped = false;

  function turnText(view) {
    if (view.phase === "open") {
      const awaited = seats.filter((_, seat) => view.seats?.[seat]?.status === "awaited");
      return awaited.length ? `Waiting for ${awaited.map((who) => who.name).join(", ")}…` : "Starting…";
    }
    if (view.phase !== "running") return "";
    if (module.says) return module.says(view, match);
    if (pace.kind !== "turns") return "";
    if (view.turn === null || view.turn === undefined) return "";
    return view.turn === match.seat ? "Your turn" : `${seats[view.turn].name} is to move`;
  }

  function lost(code) {
    if (code === REPLACED) return app.elsewhere(match);
    toast(code === TAKEN ? "You had left, and another player has your seat now." : "The connection to the match has ended.", 10);
    app.home();
  }

  let phase = null;
  function update({ time } = {}) {
    const { view } = match;
    if (!view || stopped) return;
    strips.forEach((one) => one.update(view));
    desk.update(view);
    end.update(view);
    text(says, turnText(view));
    show(says, Boolean(says.textContent));
    scene.update(view, time);
    const over = view.phase === "finished" || view.phase === "aborted";
    document.title = `${over ? "" : view.turn === match.seat && match.seat !== null ? "● Your turn · " : ""}${app.title(game)} · Arcade`;
    if (over && phase !== view.phase) {
      app.ended(match);
      if (matchMedia("(max-width: 899px)").matches && phase !== null) end.el.scrollIntoView({ block: "nearest", behavior: "smooth" });
    }
    phase = view.phase;
  }

  const offs = [
    match.on("view", update),
    match.on("event", ({ name, data }) => {
      if (name === "seat.taken" && data.seat !== match.seat) toast(`${data.name} has come for a player who left.`);
      scene.event?.(name, data);
    }),
    match.on("state", ({ state, code }) => {
      show(link, state === "reconnecting");
      if (state === "closed" && phase === "finished") end.closed();
      if (state === "closed" && (phase === "running" || phase === "open")) lost(code);
    }),
    match.on("refused", (refusal) => {
      scene.refused?.(refusal);
      toast(sentence(refusal));
    }),
    match.on("error", (error) => toast(sentence(error))),
    match.on("recorded", ({ ratings }) => end.recorded(ratings)),
    match.on("next", ({ next }) => {
      announce("The rematch begins.");
      app.enter(next);
    }),
  ];
  const ticking = setInterval(() => strips.forEach((one) => one.tick()), 100);
  update();

  return () => {
    stopped = true;
    clearInterval(ticking);
    offs.forEach((off) => off?.());
    strips.forEach((one) => one.stop());
    end.stop();
    scene.unmount();
    document.title = "Arcade";
  };
}
