import { h, show, text } from "./dom.js";
import { fault } from "./toast.js";
import { modeTitle, title } from "./words.js";

const ACCESS = { private: "Who has the code", friends: "My friends", public: "Anyone, from the list" };
const PLACES = [0, 1, 2, 4, 8, 16];
const COUNTDOWNS = [0, 3, 5, 10, 30];

/** What the owner may choose; each choice is sent at once. For others it is hidden. */
export function roomSettings(app) {
  const { store } = app;
  const controls = [];
  const own = h("div", { class: "fields" });
  const banned = h("ul", { class: "list" });
  const el = h("details", { class: "settings" }, h("summary", {}, "Room settings"), h("div", { class: "fields" }), own, banned);
  const fields = el.children[1];
  let game = null;

  const change = (options) => app.lobby.changeRoom(options).catch((error) => {
    fault(error);
    draw();
  });

  /** A labelled control that shows `value(room)` unless somebody is at it. */
  function field(box, label, input, value, chosen) {
    const id = `set-${label.toLowerCase().replace(/\W+/g, "-")}`;
    input.id = id;
    input.addEventListener("change", () => change(chosen(input)));
    const check = input.type === "checkbox";
    box.append(h("div", { class: check ? "field check" : "field" }, check && input, h("label", { for: id }, label), !check && input));
    controls.push([input, value]);
  }

  const select = (options) => h("select", {}, options.map(([value, words]) => h("option", { value: String(value) }, words)));
  const box = () => h("input", { type: "checkbox" });

  function build() {
    controls.length = 0;
    fields.replaceChildren();
    const { modes } = store.game(game);
    field(fields, "Title", h("input", { maxlength: "40", placeholder: "Friday night" }), (room) => room.more.title, (input) => ({ title: input.value }));
    field(fields, "Who may come in", select(Object.entries(ACCESS)), (room) => room.more.access, (input) => ({ access: input.value }));
    field(fields, "Password", h("input", { type: "password", maxlength: "64", autocomplete: "new-password", placeholder: "None" }), () => "", (input) => ({ password: input.value }));
    field(fields, "Mode", select(modes.map((mode) => [mode.name, modeTitle(mode.name)])), (room) => room.mode, (input) => ({ mode: input.value }));
    field(fields, "Seats", h("input", { type: "number", min: "2", max: "8" }), (room) => room.seats, (input) => ({ seats: Number(input.value) }));
    field(fields, "Places to watch from", select(PLACES.map((n) => [n, n || "None"])), (room) => room.more.places, (input) => ({ places: Number(input.value) }));
    field(fields, "Countdown", select(COUNTDOWNS.map((n) => [n, n ? `${n} s` : "None"])), (room) => room.more.countdown, (input) => ({ countdown: Number(input.value) }));
    field(fields, "Locked: nobody else can come in", box(), (room) => room.more.locked, (input) => ({ locked: input.checked }));
    field(fields, "Stays open when I leave", box(), (room) => room.more.moves_on, (input) => ({ moves_on: input.checked }));
    games(game);
  }

  /** The game's own settings, by its schema. */
  async function games(name) {
    own.replaceChildren();
    let schema;
    try {
      schema = (await app.arcade.http.get(`/api/games/${name}`)).schemas?.settings ?? {};
    } catch {
      return; // the room's own settings are there all the same
    }
    if (name !== game) return;
    const { properties = {} } = schema.$defs?.[schema.$ref?.split("/").pop()] ?? schema;
    for (const [key, kind] of Object.entries(properties)) {
      const value = (room) => room.more.settings[key] ?? kind.default;
      const chosen = (read) => (input) => ({ settings: { ...store.room.more.settings, [key]: read(input) } });
      if (kind.enum) {
        field(own, title(key), select(kind.enum.map((word) => [word, title(String(word))])), value, chosen((input) => kind.enum.find((word) => String(word) === input.value)));
      } else if (kind.type === "boolean") {
        field(own, title(key), box(), value, chosen((input) => input.checked));
      } else {
        const number = h("input", { type: "number", min: String(kind.minimum), max: String(kind.maximum) });
        field(own, title(key), number, value, chosen((input) => Number(input.value)));
      }
    }
    draw();
  }

  function draw() {
    const { room } = store;
    const { more } = room;
    const mine = [...room.members, ...more.watchers].some((member) => member.owner && member.player === store.player?.id);
    show(el, mine);
    if (!mine) return;
    if (game !== room.game) {
      game = room.game;
      build();
    }
    const still = ["open", "countdown"].includes(more.phase);
    for (const [input, value] of controls) {
      if (input === document.activeElement && input.type !== "checkbox") continue;
      if (input.type === "checkbox") input.checked = value(room);
      else input.value = String(value(room));
    }
    for (const id of ["set-mode", "set-seats"]) el.querySelector(`#${id}`).disabled = !still;
    own.querySelectorAll("input, select").forEach((input) => (input.disabled = !still));
    el.querySelector("#set-password").placeholder = more.password ? "Set; type another, or clear it below" : "None";
    banned.replaceChildren(
      ...(more.password ? [h("li", {}, h("span", { class: "grow" }, "A password is asked for."), h("button", { onclick: () => change({ password: "" }) }, "Take it away"))] : []),
      ...more.banned.map(({ player, name }) =>
        h("li", {}, h("span", { class: "clip grow" }, `${name || player} may not come in.`), h("button", { onclick: () => app.lobby.pardon(player).catch(fault) }, "Pardon")),
      ),
    );
    text(el.firstChild, "Room settings");
  }

  return { el, draw };
}
