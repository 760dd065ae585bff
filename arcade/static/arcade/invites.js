import { announce, h, show } from "./dom.js";
import { icon } from "./icons.js";
import { comeBy } from "./links.js";
import { takeBack } from "./sent.js";
import { fault, toast } from "./toast.js";
import { modeTitle } from "./words.js";

/** Invites: those that wait for this player, how he sends some, and the link by which he came. */
export const invites = { name: "invites", label: "Invites", enter, dock, person };

const OUTCOMES = { accepted: "accepted your invite.", declined: "declined your invite.", expired: "did not answer your invite." };
const TO = { party: "to a party", room: "to a room", rematch: "to a rematch" };

function enter(app) {
  const { lobby, store } = app;
  const take = () => {
    const now = performance.now();
    store.set("invites", lobby.invites.map((invite) => ({ ...invite, until: now + invite.seconds * 1000 })));
    store.set("sent", lobby.sent);
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
  comeBy(app, code, Boolean(document.body.dataset.signedIn)); // a stranger has agreed by signing in
}

function person({ id, name, match }, app) {
  const { lobby, store } = app;
  if (id === store.player?.id || store.circle?.get(id)?.what === "blocked") return [];
  const there = (members) => members?.some((member) => member?.player === id);
  const ask = (to, label, picture, what) => {
    const sent = store.sent.find((invite) => invite.player === id && invite.to === to && (!what || invite.what === what));
    if (sent) return { label: `Take back the invite ${TO[to]}`, icon: "cross", act: () => takeBack(app, sent) };
    return {
      label,
      icon: picture,
      act: async () => {
        try {
          await lobby.invite(to, id, what);
        } catch (error) {
          if (error?.code !== "too-many") throw error;
          toast(`You have invited ${name} a moment ago; you can do so again in ${Math.ceil(error.retryAfter ?? 30)} s.`);
          return;
        }
        (to === "rematch" ? toast : announce)(`${name} is invited.`); // the others are seen to be
      },
    };
  };
  return [
    ...(match ? [ask("rematch", "Invite to a rematch", "again", match)] : []),
    ...(there(store.party?.members) ? [] : [ask("party", "Invite to your party", "add")]),
    ...(store.room.code && !there(store.room.members) ? [ask("room", "Invite to your room", "door")] : []),
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
