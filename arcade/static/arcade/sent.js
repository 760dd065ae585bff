import { h, show } from "./dom.js";
import { icon } from "./icons.js";
import { fault } from "./toast.js";

/** Take an invite back; a sentence where it is too late. */
export const takeBack = ({ lobby }, { id, player }) => lobby.cancelInvite(id, player).catch(fault);

/** Whom this player has invited to his party or room and who has not answered, each with a way to take it back. */
export function sentList(app, to) {
  const { store } = app;
  const el = h("ul", { class: "sent", "aria-label": "Invited, no answer yet", hidden: true });
  const lines = new Map();

  function line(invite) {
    const { name } = invite;
    return h(
      "li",
      {},
      h("span", { class: "clip" }, name),
      h("span", { class: "quiet small" }, "invited"),
      h("button", { class: "plain", "aria-label": `Take back the invite to ${name}`, title: "Take back", onclick: () => takeBack(app, invite) }, icon("cross")),
    );
  }

  function draw() {
    const waiting = store.sent.filter((invite) => invite.to === to);
    const ids = new Set(waiting.map((invite) => invite.id));
    for (const [id, old] of lines) {
      if (ids.has(id)) continue;
      old.remove();
      lines.delete(id);
    }
    for (const invite of waiting) {
      if (lines.has(invite.id)) continue;
      lines.set(invite.id, line(invite));
      el.append(lines.get(invite.id));
    }
    show(el, waiting.length > 0);
  }
  draw();
  return { el, stop: store.on("sent", draw) };
}
