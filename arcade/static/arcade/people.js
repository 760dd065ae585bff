import { h, text } from "./dom.js";
import { plural } from "./words.js";

const SHOWN = 12;
const WORDS = { online: "in the lobby", queue: "looking for a match", room: "in a room", match: "playing" };

/** Who is online. */
export const people = { enter, aside };

function enter({ lobby, store }) {
  const take = () => {
    store.online = lobby.online;
    store.set("people", lobby.players);
  };
  lobby.on("presence", take);
  take();
}

function aside(el, { store }) {
  const count = h("span", { class: "tag num" }, "");
  const list = h("ul", { class: "list" });
  const rest = h("p", { class: "quiet small" }, "");
  el.append(h("div", { class: "tabs" }, h("h2", {}, "Who is here"), count), list, rest);

  function draw() {
    const all = [...store.people.values()].sort(
      (a, b) => (b.id === store.player?.id) - (a.id === store.player?.id) || a.name.localeCompare(b.name),
    );
    text(count, `${store.online} online`);
    list.replaceChildren(
      ...all.slice(0, SHOWN).map((person) =>
        h(
          "li",
          {},
          h("span", { class: `dot ${person.status}`, "aria-hidden": "true" }),
          h("span", { class: person.id === store.player?.id ? "clip me" : "clip" }, person.name),
          h("span", { class: "quiet small end" }, person.id === store.player?.id ? "you" : (WORDS[person.status] ?? person.status)),
        ),
      ),
    );
    const more = store.online - Math.min(all.length, SHOWN);
    text(rest, all.length <= 1 ? "No one else yet. Share this page, or play the bot." : more > 0 ? `and ${plural(more, "other")}` : "");
  }
  draw();
  return store.on("people", draw);
}
