import { announce, h, show, text } from "./dom.js";
import { icon } from "./icons.js";
import { showLink } from "./links.js";
import { roomProperties } from "./roomprops.js";
import { roomSettings } from "./roomsettings.js";
import { roomSeats } from "./roomseats.js";
import { sentList } from "./sent.js";
import { fault, toast } from "./toast.js";
import { modeTitle, propertyText } from "./words.js";

/** The room this player is in: its code and link, its seats, its settings, ready. */
export const room = { name: "room", label: "Room", enter, main };

const NO_ROOM = { code: null };
const ACCESS = { public: "Public", friends: "Friends only", private: "Private" };

function enter({ lobby, store }) {
  const take = () => {
    const now = performance.now();
    const told = lobby.room ?? NO_ROOM;
    store.set("room", { ...told, more: told.more ?? {}, startsAt: told.more?.starts_in == null ? null : now + told.more.starts_in * 1000 });
  };
  lobby.on("room", take);
  take();
}

function main(el, app) {
  const { store } = app;
  const over = h("p", { class: "quiet small" }, "Room");
  const heading = h("h1", {}, "");
  const code = h("p", { class: "code", "aria-label": "Code of the room" }, "");
  const tags = h("div", { class: "row wrap tags" });
  const link = h("input", { id: "link", readonly: true, onfocus: (event) => event.target.select() });
  const copy = h("button", { onclick: copied }, icon("copy"), "Copy");
  const freely = h("button", { onclick: () => showLink(app, "room"), "aria-haspopup": "dialog" }, icon("copy"), "A link that lets anyone in");
  const sent = sentList(app, "room");
  const seats = roomSeats(app);
  const settings = roomSettings(app);
  const properties = roomProperties(app);
  const hint = h("p", { class: "quiet small" }, "");
  const ready = h("button", { class: "primary", "aria-pressed": "false", onclick: toggle }, "");
  const watch = h("button", { onclick: () => app.enter({ match: store.room.more.match, seat: null }) }, icon("eye"), "Watch the match");
  const leave = h("button", { class: "plain", onclick: () => app.lobby.leaveRoom().catch(fault) }, "Leave the room");
  el.append(
    h("div", { class: "row wrap" }, h("div", { class: "grow" }, over, heading), code),
    tags,
    h("div", {}, h("label", { for: "link" }, "Invite friends by this link"), h("div", { class: "link" }, link, copy), freely),
    sent.el,
    seats.el,
    hint,
    h("div", { class: "foot" }, ready, watch, leave),
    settings.el,
    properties.el,
  );
  let counting = 0;
  let phase = "";

  async function copied() {
    try {
      await navigator.clipboard.writeText(link.value);
      toast("The link is copied; send it to your friends.");
    } catch {
      link.focus();
      link.select();
      toast("Press Ctrl+C or ⌘C to copy the link.");
    }
  }

  const me = () => store.room.members?.find((member) => member?.player && member.player === store.player?.id);

  function toggle() {
    app.lobby.setReady(!me()?.ready).catch(fault);
  }

  /** What the room waits for, as a sentence. */
  function waiting() {
    const { members, more, startsAt } = store.room;
    if (startsAt !== null) return `The match starts in ${Math.max(1, Math.ceil((startsAt - performance.now()) / 1000))} s…`;
    if (more.phase === "playing") return "The match is on; the room is open again when it is over.";
    if (more.phase === "starting") return "Starting…";
    if (members.some((member) => !member.player && !member.bot)) return "The match starts when every seat is taken and everyone is ready.";
    return "All seats are taken; the match starts when everyone is ready.";
  }

  function facts() {
    const { more } = store.room;
    const chosen = [more.settings, more.search, more.lobby].flatMap((part) => Object.entries(part ?? {})).map(([name, value]) => propertyText(name, value));
    const found = [ACCESS[more.access] ?? "", more.password && "Password", more.locked && "Locked", !more.moves_on && "Closes with its host", ...chosen];
    return found.filter(Boolean).map((word) => h("span", { class: word === "Locked" ? "tag warn" : "tag" }, word));
  }

  function draw() {
    const { code: name, game, mode, more, startsAt, link: path } = store.room;
    clearInterval(counting);
    show(el, Boolean(name));
    if (!name) return;
    text(over, more.title || "Room");
    text(heading, `${app.title(game)} · ${modeTitle(mode)}`);
    text(code, name);
    tags.replaceChildren(...facts());
    link.value = new URL(path || `/?room=${encodeURIComponent(name)}`, location.origin).href;
    show(freely, more.password || more.access === "friends");
    seats.draw();
    settings.draw();
    properties.draw();
    const on = Boolean(me()?.ready);
    show(ready, Boolean(me()));
    ready.disabled = more.phase === "playing" || more.phase === "starting";
    ready.setAttribute("aria-pressed", String(on));
    ready.replaceChildren(icon(on ? "check" : "play"), on ? "You are ready" : "I am ready");
    show(watch, more.phase === "playing" && !me());
    const tick = () => text(hint, waiting());
    tick();
    if (startsAt !== null) counting = setInterval(tick, 250);
    if (phase !== more.phase && (more.phase === "countdown" || phase === "countdown")) announce(waiting());
    phase = more.phase;
  }
  draw();
  const off = store.on("room", draw);
  return () => {
    clearInterval(counting);
    seats.stop();
    sent.stop();
    off();
  };
}
