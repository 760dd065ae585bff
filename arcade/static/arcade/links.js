import { h, text } from "./dom.js";
import { icon } from "./icons.js";
import { fault, toast } from "./toast.js";
import { modeTitle, plural } from "./words.js";

const TO = { party: "party", room: "room" };

/** Show this player's link to his party or room: to copy, to hand on, to end. */
export async function showLink({ lobby }, to) {
  let made;
  try {
    made = await lobby.makeLink(to);
  } catch (error) {
    fault(error);
    return;
  }
  const link = new URL(made.url, location.origin).href;
  const field = h("input", { id: "linkfield", readonly: true, value: link, "aria-labelledby": "invitelink", onfocus: (event) => event.target.select() });
  const said = h("p", { class: "quiet small", role: "status" }, "");
  const until = new Intl.DateTimeFormat(undefined, { weekday: "long", hour: "2-digit", minute: "2-digit" }).format(Date.now() + made.seconds * 1000);
  const copy = h("button", { type: "button", class: "primary", autofocus: true, onclick: copied }, icon("copy"), "Copy");
  const dialog = h(
    "dialog",
    { class: "link", "aria-labelledby": "invitelink" },
    h("h2", { id: "invitelink" }, "Invite by this link"),
    h("p", { class: "quiet" }, `Whoever has it can come into your ${TO[to]}, until ${until} or as long as you are there.`),
    field,
    said,
    h("form", { method: "dialog" }, h("button", { type: "button", class: "danger", onclick: end }, "End the link"), h("button", {}, "Close"), copy),
  );

  async function copied() {
    try {
      await navigator.clipboard.writeText(link);
      text(said, "The link is copied; send it to your friends.");
    } catch {
      field.focus();
      text(said, "Press Ctrl+C or ⌘C to copy the link.");
    }
  }

  async function end() {
    try {
      await lobby.revokeLink(made.code);
      dialog.close();
      toast("The link leads nowhere any more.");
    } catch (error) {
      text(said, error.text ?? "That did not work; try again in a moment.");
    }
  }
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** Come by a link: `asking` shows first where it leads, for it takes the player out of where he is. */
export async function comeBy(app, code, asking) {
  const { lobby, store } = app;
  try {
    if (asking) {
      const seen = await lobby.lookAtLink(code);
      if (seen.player === store.player?.id) return toast("This link is your own: send it to somebody else.");
      if (!(await agreed(app, seen))) return undefined;
    }
    await lobby.takeLink(code);
  } catch (error) {
    fault(error);
  }
  return undefined;
}

function agreed(app, { to, name, game, mode, inside, most }) {
  const { store } = app;
  const here = to === "party" ? store.party.party : store.room.code;
  const dialog = h(
    "dialog",
    { "aria-labelledby": "seen" },
    h("h2", { id: "seen", class: "clip" }, `${name} invites you`),
    h("p", {}, `To a ${TO[to]}${game ? `: ${app.title(game)} · ${modeTitle(mode)}` : ""}`),
    h("p", { class: "quiet small" }, inside >= most ? "It is full just now." : `${inside} of at most ${plural(most, "player")} there.`),
    here && h("p", { class: "quiet small" }, `You leave the ${TO[to]} you are in.`),
    h("form", { method: "dialog" }, h("button", { value: "no" }, "Not now"), h("button", { value: "yes", class: "primary", autofocus: true }, "Join")),
  );
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
