import { h, show, text } from "./dom.js";
import { icon } from "./icons.js";
import { enterRoom } from "./roomjoin.js";
import { fault } from "./toast.js";
import { modeTitle, plural, property, propertyText } from "./words.js";

/** The live list of public rooms, while the player is in none. */
export const rooms = { name: "rooms", label: "Rooms", enter, main };

const SIZE = 10;
const SORTS = { new: "Newest first", free: "Fullest first", old: "Oldest first" };

function enter({ lobby, store }) {
  store.rooms = null;
  lobby.on("rooms", ({ rooms: told }) => store.set("rooms", told));
  lobby.on("welcome", () => store.tell("greeted"));
}

function main(el, app) {
  const { store } = app;
  const game = h("select", { "aria-label": "Game", onchange: () => turn(0) });
  const sort = h("select", { "aria-label": "Order", onchange: () => turn(0) }, Object.entries(SORTS).map(([value, words]) => h("option", { value }, words)));
  const free = h("input", { id: "rooms-free", type: "checkbox", onchange: () => turn(0) });
  const plain = h("input", { id: "rooms-plain", type: "checkbox", onchange: () => turn(0) });
  const search = h("input", { type: "search", "aria-label": "Property, as map: ice", placeholder: "Like map: ice", maxlength: "100", onchange: () => turn(0) });
  const count = h("span", { class: "tag num" }, "");
  const list = h("ul", { class: "list" });
  const none = h("p", { class: "quiet small" }, "");
  const back = h("button", { onclick: () => turn(page - 1) }, "Back");
  const next = h("button", { onclick: () => turn(page + 1) }, "More");
  const pages = h("div", { class: "row" }, back, next);
  el.append(
    h("div", { class: "tabs" }, h("h2", {}, "Rooms"), count),
    h(
      "div",
      { class: "filters" },
      game,
      sort,
      h("div", { class: "field check" }, free, h("label", { for: "rooms-free" }, "Free seats")),
      h("div", { class: "field check" }, plain, h("label", { for: "rooms-plain" }, "No password")),
      search,
    ),
    list,
    none,
    pages,
  );
  let page = 0;
  let looking = false;

  /** `map: ice, rank: 3` as properties: whole numbers and yes and no are those, the rest is text. */
  function properties() {
    const found = {};
    for (const part of search.value.split(",")) {
      const [name, ...rest] = part.split(":");
      const word = rest.join(":").trim();
      if (!name.trim() || !word) continue;
      found[name.trim().toLowerCase().replace(/\W+/g, "_")] = property(word);
    }
    return found;
  }

  function only(name, value) {
    search.value = `${name}: ${value === true ? "yes" : value === false ? "no" : value}`;
    turn(0);
  }

  function browse() {
    const wanted = !store.room.code;
    show(el, wanted);
    if (!wanted) {
      if (looking) app.lobby.closeRooms().catch(() => {}); // a lost socket looks at nothing
      looking = false;
      return;
    }
    looking = true;
    const filter = { search: properties() };
    if (game.value) filter.game = game.value;
    if (free.checked) Object.assign(filter, { free: 1, open: true });
    if (plain.checked) filter.no_password = true;
    app.lobby.browseRooms(filter, sort.value, page, SIZE).catch((error) => error?.code === "disconnected" || fault(error));
  }

  function turn(to) {
    page = Math.max(0, to);
    browse();
  }

  function inOut() {
    if (Boolean(store.room.code) === looking) browse();
  }

  function games() {
    const chosen = game.value;
    game.replaceChildren(h("option", { value: "" }, "All games"), ...store.games.map((one) => h("option", { value: one.name }, app.title(one.name))));
    game.value = chosen;
  }

  function row(room) {
    const taken = room.seats - room.free;
    const full = room.free === 0 || room.locked;
    const found = Object.entries(room.search).map(([name, value]) => {
      const words = propertyText(name, value);
      return h("button", { class: "tag", "data-key": `find-${room.code}-${name}`, "aria-label": `Only rooms with ${words}`, title: "Only such rooms", onclick: () => only(name, value) }, words);
    });
    const name = room.title || `${room.owner}'s room`;
    return h(
      "li",
      { "data-code": room.code },
      h(
        "div",
        { class: "grow" },
        h("p", { class: "clip" }, h("strong", {}, name)),
        h("p", { class: "quiet small clip" }, `${app.title(room.game)} · ${modeTitle(room.mode)} · ${room.owner}`),
        h(
          "div",
          { class: "row wrap tags" },
          h("span", { class: room.free ? "tag accent num" : "tag num" }, `${taken} of ${room.seats}`),
          room.access === "friends" && h("span", { class: "tag" }, "Friends only"),
          room.password && h("span", { class: "tag" }, "Password"),
          room.locked && h("span", { class: "tag warn" }, "Locked"),
          room.phase === "playing" && h("span", { class: "tag" }, "Playing"),
          ...found,
        ),
      ),
      room.places > room.watchers && !room.locked && h("button", { "data-key": `watch-${room.code}`, class: "plain", "aria-label": `Watch in ${name}`, onclick: () => enterRoom(app, room.code, true) }, icon("eye"), "Watch"),
      h("button", { "data-key": `join-${room.code}`, "aria-label": `Join ${name}`, disabled: full, onclick: () => enterRoom(app, room.code) }, icon("door"), "Join"),
    );
  }

  function draw() {
    const { total = 0, rows = [] } = store.rooms ?? {};
    const key = el.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    text(count, plural(total, "room"));
    list.replaceChildren(...rows.map(row));
    text(none, rows.length ? "" : "No such room just now. Make one, and let anyone come in from the list.");
    show(none, !rows.length);
    show(pages, page > 0 || total > SIZE);
    back.disabled = page === 0;
    next.disabled = (page + 1) * SIZE >= total;
    if (key) el.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
  }

  games();
  draw();
  browse();
  const offs = [store.on("games", games), store.on("rooms", draw), store.on("room", inOut), store.on("greeted", browse)];
  return () => {
    offs.forEach((off) => off());
    if (looking) app.lobby.closeRooms().catch(() => {}); // likewise
  };
}
