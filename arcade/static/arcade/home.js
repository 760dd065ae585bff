import { AREAS } from "./areas.js";
import { gameCard } from "./gamecard.js";
import { h, show, text } from "./dom.js";
import { enterRoom } from "./roomjoin.js";
import { icon } from "./icons.js";

/** The screen between matches. Returns what takes it down. */
export function home(el, app) {
  const { store } = app;
  const code = h("input", {
    id: "code",
    "aria-label": "Code of a room",
    placeholder: "Room code",
    maxlength: "12",
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
    required: true,
  });
  const hello = h(
    "div",
    { class: "hello" },
    h("div", {}, h("h1", {}, "What shall we play?"), h("p", { class: "quiet" }, "Against people, the computer, or friends in a room.")),
    h("form", { onsubmit: join }, code, h("button", {}, icon("door"), "Join room")),
  );
  const banner = h(
    "div",
    { class: "banner", role: "status", hidden: true },
    h("span", {}, ""),
    h("button", { class: "primary", onclick: () => app.enter(store.running) }, icon("play"), "Return to your match"),
  );
  const cards = h("section", { class: "games", "aria-label": "Games" });
  const main = h("div", { class: "column" }, cards);
  const side = h("div", { class: "aside" });
  el.replaceChildren(h("div", { class: "home" }, hello, banner, main, side));

  function join(event) {
    event.preventDefault();
    enterRoom(app, code.value.trim().toUpperCase()).then((inside) => inside && (code.value = ""));
  }

  let stops = [];
  function games() {
    stops.forEach((stop) => stop());
    stops = [];
    cards.replaceChildren(
      ...store.games.map((game) => {
        const card = gameCard(app, game);
        stops.push(card.stop);
        return card.el;
      }),
    );
  }
  function running() {
    const match = store.running;
    show(banner, Boolean(match));
    if (match) text(banner.firstChild, `Your match of ${app.title(match.game)} is still on.`);
  }
  function inRoom() {
    const inside = Boolean(store.room.code);
    show(cards, !inside);
    show(hello, !inside);
  }

  games();
  running();
  inRoom();
  const offs = [
    store.on("games", games),
    store.on("running", running),
    store.on("room", inRoom),
    ...AREAS.filter((area) => area.main).map((area) => {
      const box = h("section", { class: `panel ${area.name}`, "aria-label": area.label, hidden: true });
      main.append(box);
      return area.main(box, app);
    }),
    ...AREAS.filter((area) => area.aside).map((area) => {
      const box = h("section", { class: "panel" });
      side.append(box);
      return area.aside(box, app);
    }),
  ];
  return () => {
    stops.forEach((stop) => stop());
    offs.forEach((off) => off?.());
  };
}
