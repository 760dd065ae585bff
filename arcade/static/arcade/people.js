import { h, text } from "./dom.js";
import { playerList, STATUS } from "./person.js";
import { plural } from "./words.js";

const SHOWN = 12;

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

function aside(el, app) {
  const { store } = app;
  const count = h("span", { class: "tag num" }, "");
  const list = playerList(app, "Who is here");
  const rest = h("p", { class: "quiet small" }, "");
  el.append(h("div", { class: "tabs" }, h("h2", {}, "Who is here"), count), list.el, rest);

  function draw() {
    const all = [...store.people.values()].sort(
      (a, b) => (b.id === store.player?.id) - (a.id === store.player?.id) || a.name.localeCompare(b.name),
    );
    text(count, `${store.online} online`);
    list.fill(
      all.slice(0, SHOWN).map(({ id, name, status }) => ({ id, name, status, note: id === store.player?.id ? "you" : (STATUS[status] ?? status) })),
    );
    const more = store.online - Math.min(all.length, SHOWN);
    text(rest, all.length <= 1 ? "No one else yet. Share this page, or play the bot." : more > 0 ? `and ${plural(more, "other")}` : "");
  }
  draw();
  return store.on("people", draw);
}
