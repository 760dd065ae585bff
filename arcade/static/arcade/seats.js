import { h, show, text } from "./dom.js";
import { icon } from "./icons.js";
import { LETTERS, colour, surface } from "./games/canvas.js";
import { clockText } from "./words.js";
import { levelTitle } from "./gamecard.js";

/** A seat's mark where its game has none: the team's colour with the seat's letter. */
export function letterMark(canvas, seat, team) {
  return surface(canvas, (ctx, w, hgt) => {
    ctx.fillStyle = colour(team);
    ctx.beginPath();
    ctx.arc(w / 2, hgt / 2, w / 2 - 1, 0, 7);
    ctx.fill();
    ctx.fillStyle = "#14131b";
    ctx.font = `700 ${w * 0.5}px system-ui, sans-serif`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(LETTERS[seat], w / 2, hgt / 2 + w * 0.03);
  });
}

export function markOf(module, seat, team) {
  const canvas = h("canvas", { class: "mark", "aria-hidden": "true" });
  const scene = (module.mark ?? letterMark)(canvas, seat, team);
  return { canvas, stop: () => scene.stop() };
}

/** One seat's strip: mark, name, rating, what keeps it, clock or score. */
export function strip(match, module, seat, bots) {
  let who = match.welcome.seats[seat];
  const mark = markOf(module, seat, who.team);
  const under = h("span", { class: "facts clip" }, facts(who, bots));
  const name = h("span", { class: "name clip" }, who.name);
  const alert = h("span", { class: "alert clip num" }, "");
  const clock = h("span", { class: "clock num", role: "timer", hidden: true }, "");
  const score = h("span", { class: "score num", hidden: true }, "");
  const el = h(
    "div",
    { class: seat === match.seat ? "strip me" : "strip", "data-seat": seat },
    mark.canvas,
    h(
      "div",
      { class: "grow" },
      h("div", { class: "row" }, name, who.bot && icon("bot"), seat === match.seat && h("span", { class: "tag accent" }, "You")),
      h("div", { class: "under" }, under, alert),
    ),
    score,
    clock,
  );

  function standing(view) {
    const { status, until } = view.seats?.[seat] ?? {};
    if (view.phase === "finished" || view.phase === "aborted") return status === "gone" ? "left" : "";
    if (status === "awaited") return "not here yet";
    if (status === "gone") return "left the match";
    if (status !== "dropped") return "";
    const left = until ? Math.max(0, Math.ceil((until - match.matchTime()) / 1000)) : 0;
    return `connection lost, ${left} s to come back`;
  }

  function tick() {
    const { view } = match;
    if (!view) return;
    const sits = match.welcome.seats[seat];
    if (sits !== who) {
      who = sits;
      text(name, who.name);
      under.replaceChildren(facts(who, bots));
    }
    const said = standing(view);
    text(alert, said);
    show(under, !said || el.clientWidth > 300);
    show(clock, Boolean(view.clocks));
    if (!view.clocks) return;
    const runs = view.clocks.running === seat && view.phase === "running";
    const left = runs ? match.clocks()[seat] : view.clocks.left[seat];
    text(clock, clockText(left));
    clock.classList.toggle("runs", runs);
    clock.classList.toggle("low", runs && left < 10_000);
  }

  return {
    el,
    tick,
    update(view) {
      el.classList.toggle("turn", view.phase === "running" && view.turn === seat);
      const scores = module.scores?.(view) ?? view.result?.scores;
      show(score, Boolean(scores));
      if (scores) text(score, String(scores[seat] ?? 0));
      tick();
    },
    stop: mark.stop,
  };
}

function facts(who, bots) {
  if (who.bot) return bots > 1 ? `computer, ${levelTitle(who.bot, bots).toLowerCase()}` : "computer";
  return who.rating ? `rated ${who.rating}` : "guest";
}
