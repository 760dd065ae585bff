import { announce, confirm, h, show, text } from "./dom.js";
import { icon } from "./icons.js";
import { markOf } from "./seats.js";
import { fault, toast } from "./toast.js";
import { ordinal, outcome, reason } from "./words.js";

/** Whatever the answer is, the match tells it: a refusal as a toast, the rest in its view. */
const told = (answer) => answer.catch(() => {});

/** What a seat can do while the match runs: offer or answer a draw, abort, resign. */
export function actions(match, module) {
  const { seats, pace } = match.welcome;
  const mine = match.seat;
  const people = seats.some((who, seat) => seat !== mine && !who.bot);
  const turns = pace.kind === "turns";
  const draw = h("button", { onclick: () => told(match.offerDraw()) }, icon("hands"), h("span", {}, "Offer a draw"));
  const abort = h("button", { onclick: stop }, icon("cross"), "Abort");
  const resign = h("button", { class: "danger", onclick: giveUp }, icon("flag"), "Resign");
  const asks = h("span", {}, "");
  const offer = h(
    "div",
    { class: "offer", role: "alert", hidden: true },
    asks,
    h("div", { class: "acts" }, h("button", { class: "primary", onclick: () => told(match.offerDraw()) }, "Accept"), h("button", { onclick: () => told(match.declineDraw()) }, "Decline")),
  );
  const el = h("div", {}, offer, h("div", { class: "acts" }, draw, abort, resign));
  let late = false;


  async function giveUp() {
    const detail = turns ? "The other side wins." : "You take the last place; the others play on.";
    if (await confirm("Resign this match?", detail, "Resign", "Play on")) told(match.resign());
  }

  function stop() {
    match.abort().catch(() => {
      late = true;
      update(match.view);
    });
  }

  function update(view) {
    const running = view.phase === "running";
    const seated = mine !== null;
    show(el, seated && (running || view.phase === "open"));
    const offered = view.draw !== null && view.draw !== undefined && view.draw !== mine;
    show(offer, seated && offered && running);
    if (offered) text(asks, `${seats[view.draw].name} offers a draw.`);
    show(draw, turns && people && seats.length === 2);
    draw.disabled = !running || view.draw === mine || offered;
    text(draw.lastChild, view.draw === mine ? "Draw offered" : "Offer a draw");
    const moves = module.moves?.(view) ?? match.session.number;
    const early = turns && moves < 2 && !late;
    show(abort, early);
    show(resign, !early);
    resign.disabled = !running;
  }

  return { el, update };
}

/** The end: who won and why, places, rating changes, the rematch. */
export function ending(match, module, app) {
  const { seats, rated } = match.welcome;
  const teams = seats.map((who) => who.team);
  const heading = h("h2", { tabindex: "-1" }, "");
  const why = h("p", { class: "quiet" }, "");
  const list = h("ol", { class: "places" });
  const note = h("p", { class: "quiet small", "aria-live": "polite" }, "");
  const again = h("button", { class: "primary", "aria-pressed": "false", onclick: toggle }, icon("again"), h("span", {}, "Rematch"));
  const ask = h("button", { class: "primary", hidden: true, onclick: invite }, icon("again"), "Invite to a rematch");
  const leave = h("button", { onclick: () => app.home() }, icon("home"), "Home");
  const el = h("section", { class: "panel result", "aria-label": "Result", hidden: true }, h("div", {}, heading, why), list, note, h("div", { class: "acts" }, again, ask, leave));
  let marks = [];
  let ratings = null;
  let shown = "";

  const opponent = seats.length === 2 && match.seat !== null ? seats[1 - match.seat] : null;
  let closed = false;

  /** The other has left: he hears of it wherever he is. */
  async function invite() {
    ask.disabled = true;
    try {
      await app.lobby.invite("rematch", opponent.player, match.id);
      toast(`${opponent.name} is invited; the match begins when the answer is yes.`);
    } catch (error) {
      fault(error);
    }
    ask.disabled = false;
  }

  const wants = () => Boolean(match.view?.rematch?.includes(match.seat));

  function toggle() {
    told(match.rematch(!wants()));
  }

  function places(result) {
    marks.forEach((mark) => mark.stop());
    marks = [];
    const order = seats.map((_, seat) => seat).sort((a, b) => result.places[a] - result.places[b] || a - b);
    return order.map((seat) => {
      const who = seats[seat];
      const mark = markOf(module, seat, who.team);
      marks.push(mark);
      const change = ratings?.[seat];
      const gain = change ? change[1] - change[0] : 0;
      return h(
        "li",
        { class: seat === match.seat ? "me" : null },
        h("span", { class: "num quiet" }, ordinal(result.places[seat])),
        mark.canvas,
        h("span", { class: "clip grow" }, who.name),
        result.scores && h("span", { class: "num count" }, `${result.scores[seat]}`),
        change && h("span", { class: "quiet small num" }, String(change[1])),
        change && h("span", { class: `gain num ${gain >= 0 ? "up" : "down"}` }, `${gain >= 0 ? "+" : "−"}${Math.abs(gain)}`),
      );
    });
  }

  function update(view) {
    const over = view.phase === "finished" || view.phase === "aborted";
    show(el, over);
    if (!over) return;
    const key = JSON.stringify([view.result, ratings]);
    if (key !== shown) {
      const first = !shown;
      shown = key;
      const words = view.phase === "aborted" ? "No result" : outcome(view.result, match.seat, seats, teams);
      text(heading, words);
      const because = reason(view.result?.reason ?? "");
      text(why, view.phase === "aborted" ? "The match was ended and does not count." : because ? because.charAt(0).toUpperCase() + because.slice(1) + "." : "");
      if (view.result?.places) list.replaceChildren(...places(view.result));
      if (first) announce(`${words}. ${why.textContent}`);
    }
    const asking = (view.rematch ?? []).filter((seat) => seat !== match.seat).map((seat) => seats[seat].name);
    const alone = closed || (opponent && !["here", undefined].includes(view.seats?.[1 - match.seat]?.status));
    show(again, match.seat !== null && view.phase === "finished" && !alone);
    show(ask, Boolean(opponent?.player) && view.phase === "finished" && alone);
    again.setAttribute("aria-pressed", String(wants()));
    text(again.lastChild, wants() ? "Waiting… take back" : asking.length ? "Accept rematch" : "Rematch");
    text(
      note,
      asking.length
        ? `${asking.join(" and ")} ${asking.length > 1 ? "want" : "wants"} a rematch.`
        : wants()
          ? "You offered a rematch."
          : view.phase === "aborted"
            ? ""
            : !rated
              ? "This match was not rated."
              : ratings
                ? ""
                : "Your rating is on its way…",
    );
  }

  return {
    el,
    update,
    /** The match has nothing more to say. */
    closed() {
      closed = true;
      update(match.view);
    },
    recorded(changes) {
      ratings = changes;
      update(match.view);
      const mine = match.seat === null ? null : changes?.[match.seat];
      if (mine) announce(`Your rating is now ${mine[1]}.`);
    },
    stop: () => marks.forEach((mark) => mark.stop()),
  };
}
