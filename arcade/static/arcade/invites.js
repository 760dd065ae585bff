import { announce, h, show } from "./dom.js";
import { icon } from "./icons.js";
import { fault, toast } from "./toast.js";
import { modeTitle } from "./words.js";

/** Invites: those that wait for this player, how he sends some, and the link by which he came. */
export const invites = { name: "invites", label: "Invites", enter, dock, person };

const OUTCOMES = { accepted: "accepted your invite.", declined: "declined your invite.", expired: "did not answer your invite." };
const TO = { party: "to a party", room: "to a room", rematch: "to a rematch" };

function enter({ lobby, store }) {
  const take = () => {
    const now = performance.now();
    store.set("invites", lobby.invites.map((invite) => ({ ...invite, until: now + invite.seconds * 1000 })));
  };
  const names = new Map();
  lobby.on("invites", ({ sent }) => {
    for (const { player, name } of sent) names.set(player, name);
    take();
  });
  lobby.on("invite_over", ({ outcome, player }) => toast(`${names.get(player) || "A player"} ${OUTCOMES[outcome] ?? "decided."}`));
  take();
  const code = new URLSearchParams(location.search).get("invite");
  if (!code) return;
  history.replaceState(null, "", "/");
  lobby.takeLink(code).catch(fault);
}

/** Copy this player's link to his party or room. */
export async function copyLink({ lobby }, to) {
  try {
    const { url } = await lobby.makeLink(to);
    const link = new URL(url, location.origin).href;
    try {
      await navigator.clipboard.writeText(link);
      toast("The link is copied; send it to your friends.");
    } catch {
      const dialog = h(
        "dialog",
        { "aria-labelledby": "invitelink" },
        h("h2", { id: "invitelink" }, "Invite by this link"),
        h("input", { readonly: true, value: link, "aria-label": "Link", onfocus: (event) => event.target.select() }),
        h("form", { method: "dialog" }, h("button", {}, "Close")),
      );
      dialog.addEventListener("close", () => dialog.remove());
      document.body.append(dialog);
      dialog.showModal();
    }
  } catch (error) {
    fault(error);
  }
}

function person({ id, name }, { lobby, store }) {
  if (id === store.player?.id || store.circle?.get(id)?.what === "blocked") return [];
  const act = (to) => async () => {
    await lobby.invite(to, id);
    toast(`${name} is invited.`);
  };
  const there = (members) => members?.some((member) => member?.player === id);
  return [
    ...(there(store.party?.members) ? [] : [{ label: "Invite to your party", icon: "add", act: act("party") }]),
    ...(store.room.code && !there(store.room.members) ? [{ label: "Invite to your room", icon: "door", act: act("room") }] : []),
  ];
}

/** What waits for an answer, at the lower edge. */
function dock(el, app) {
  const { lobby, store } = app;
  const list = h("ul", { class: "invited", "aria-live": "assertive" });
  el.replaceChildren(list);
  const lines = new Map();

  function line(invite) {
    const what = invite.game ? `, ${app.title(invite.game)} · ${modeTitle(invite.mode)}` : "";
    const said = `${invite.name} invites you ${TO[invite.to] ?? ""}${what}`;
    const answer = (ask) => (event) => {
      const buttons = event.currentTarget.parentElement.querySelectorAll("button");
      buttons.forEach((button) => (button.disabled = true));
      ask(invite.id).catch((error) => {
        fault(error);
        buttons.forEach((button) => (button.disabled = false));
      });
    };
    announce(said);
    return h(
      "li",
      {},
      h("span", { class: "grow" }, said),
      h("button", { class: "primary", "aria-label": `Accept the invite of ${invite.name}`, onclick: answer((id) => lobby.acceptInvite(id)) }, icon("check"), "Accept"),
      h("button", { "aria-label": `Decline the invite of ${invite.name}`, onclick: answer((id) => lobby.declineInvite(id)) }, "Decline"),
    );
  }

  function draw() {
    const now = performance.now();
    const open = store.invites.filter((invite) => invite.until > now);
    const ids = new Set(open.map((invite) => invite.id));
    for (const [id, old] of lines) {
      if (ids.has(id)) continue;
      old.remove();
      lines.delete(id);
    }
    for (const invite of open) {
      if (lines.has(invite.id)) continue;
      lines.set(invite.id, line(invite));
      list.append(lines.get(invite.id));
    }
    show(el, open.length > 0);
  }
  store.on("invites", draw);
  setInterval(draw, 1000);
  draw();
}
