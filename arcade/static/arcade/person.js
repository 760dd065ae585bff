import { AREAS } from "./areas.js";
import { h, text } from "./dom.js";
import { icon } from "./icons.js";
import { fault } from "./toast.js";
import { initial } from "./words.js";

export const STATUS = {
  away: "away",
  online: "in the lobby",
  room: "in a room",
  queue: "looking for a match",
  match: "playing",
  offline: "offline",
};

/** What this player does, as far as this page knows. */
export function statusOf(store, id) {
  return store.circle.get(id)?.status || store.people.get(id)?.status || "offline";
}

/**
 * A list of players; each line opens what can be done to him. `fill` takes [{id, name, note, status}]. Lines stay the
 * elements they were: they may have the focus, or a finger on them.
 */
export function playerList(app, label) {
  const el = h("ul", { class: "list", "aria-label": label });
  const lines = new Map();

  function line({ id, name }) {
    const dot = h("span", { class: "dot", "aria-hidden": "true" });
    const called = h("span", { class: "clip" }, name);
    const note = h("span", { class: "quiet small end" }, "");
    const me = id === app.store.player?.id;
    const open = () => openPerson(app, { id, name: called.textContent });
    const inside = me ? [dot, called, note] : [h("button", { class: "plain", "aria-haspopup": "dialog", onclick: open }, dot, called, note)];
    if (me) called.classList.add("me");
    return { el: h("li", { class: me ? null : "person" }, inside), dot, called, note };
  }

  return {
    el,
    fill(players) {
      const ids = new Set(players.map((player) => player.id));
      for (const [id, old] of lines) {
        if (ids.has(id)) continue;
        old.el.remove();
        lines.delete(id);
      }
      players.forEach((player, at) => {
        const shown = lines.get(player.id) ?? line(player);
        lines.set(player.id, shown);
        text(shown.called, player.name);
        text(shown.note, player.note);
        shown.dot.className = `dot ${player.status}`;
        if (el.children[at] !== shown.el) el.insertBefore(shown.el, el.children[at] ?? null);
      });
    },
  };
}

/** What can be done to a player, as each area says (`person` in areas.js); `match`: one of these two alone. */
export function openPerson(app, { id, name, match = null }) {
  const acts = AREAS.flatMap((area) => area.person?.({ id, name, match }, app) ?? []);
  acts.sort((one, other) => Boolean(one.danger) - Boolean(other.danger)); // what cannot be undone lightly comes last
  const dialog = h(
    "dialog",
    { class: "player", "aria-labelledby": "player" },
    h(
      "div",
      { class: "row" },
      h("span", { class: "avatar", "aria-hidden": "true" }, initial(name)),
      h("div", { class: "grow" }, h("h2", { id: "player", class: "clip" }, name), h("p", { class: "quiet small" }, STATUS[statusOf(app.store, id)])),
    ),
    h(
      "div",
      { class: "stack" },
      acts.map(({ label, icon: picture, act, danger, primary }) =>
        h("button", { class: danger ? "danger" : primary ? "primary" : null, onclick: () => done(act) }, picture && icon(picture), label),
      ),
      h("button", { class: "plain", onclick: () => dialog.close() }, "Close"),
    ),
  );
  async function done(act) {
    dialog.close();
    try {
      await act();
    } catch (error) {
      fault(error);
    }
  }
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
}
