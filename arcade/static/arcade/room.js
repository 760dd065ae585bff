import { h, show, text } from "./dom.js";
import { levels, levelTitle } from "./gamecard.js";
import { icon } from "./icons.js";
import { fault, toast } from "./toast.js";
import { initial, modeTitle } from "./words.js";

/** The room this player is in: its code and link, its seats, ready. */
export const room = { name: "room", label: "Room", enter, main };

const NO_ROOM = { code: null };

function enter({ lobby, store }) {
  const take = () => store.set("room", lobby.room ?? NO_ROOM);
  lobby.on("room", take);
  take();
}

function main(el, app) {
  const { store } = app;
  const heading = h("h1", {}, "");
  const code = h("p", { class: "code", "aria-label": "Code of the room" }, "");
  const link = h("input", { id: "link", readonly: true, onfocus: (event) => event.target.select() });
  const copy = h("button", { onclick: copied }, icon("copy"), "Copy");
  const seats = h("ul", { class: "seats", "aria-live": "polite" });
  const hint = h("p", { class: "quiet small" }, "");
  const ready = h("button", { class: "primary", "aria-pressed": "false", onclick: toggle }, "");
  const leave = h("button", { class: "plain", onclick: () => app.lobby.leaveRoom().catch(fault) }, "Leave the room");
  el.append(
    h("div", { class: "row wrap" }, h("div", { class: "grow" }, h("p", { class: "quiet small" }, "Room"), heading), code),
    h("div", {}, h("label", { for: "link" }, "Invite friends by this link"), h("div", { class: "link" }, link, copy)),
    seats,
    hint,
    h("div", { class: "foot" }, ready, leave),
  );
  let level = 1;

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

  function seat(member, owner, bots) {
    if (!member || (!member.player && !member.bot)) {
      const pick = levels(bots, level);
      pick.onchange = () => (level = Number(pick.value));
      return h(
        "li",
        { class: "free" },
        h("span", { class: "grow" }, "Free seat"),
        owner && bots > 1 && pick,
        owner && bots > 0 && h("button", { onclick: () => app.lobby.setBot(level).catch(fault) }, icon("bot"), "Add a bot"),
      );
    }
    return h(
      "li",
      {},
      h("span", { class: "avatar", "aria-hidden": "true" }, member.bot ? icon("bot") : initial(member.name)),
      h("span", { class: "clip grow" }, h("strong", {}, member.name), member.player === store.player?.id ? " (you)" : ""),
      member.owner && h("span", { class: "tag" }, icon("crown"), "Host"),
      member.bot && h("span", { class: "tag" }, levelTitle(member.bot, bots)),
      member.bot && owner && h("button", { class: "plain", onclick: () => app.lobby.setBot(0).catch(fault) }, "Take out"),
      !member.bot && h("span", { class: member.ready ? "tag accent" : "tag" }, member.ready && icon("check"), member.ready ? "Ready" : "Not ready"),
    );
  }

  function draw() {
    const { code: name, game, mode, members = [], seats: count, link: path } = store.room;
    show(el, Boolean(name));
    if (!name) return;
    const bots = store.game(game).bots;
    text(heading, `${app.title(game)} · ${modeTitle(mode)}`);
    text(code, name);
    link.value = new URL(path || `/?room=${encodeURIComponent(name)}`, location.origin).href;
    const all = Array.from({ length: Math.max(count ?? 0, members.length) }, (_, n) => members[n] ?? null);
    seats.classList.toggle("many", all.length > 3);
    seats.replaceChildren(...all.map((member) => seat(member, Boolean(me()?.owner), bots)));
    const on = Boolean(me()?.ready);
    ready.setAttribute("aria-pressed", String(on));
    ready.replaceChildren(icon(on ? "check" : "play"), on ? "You are ready" : "I am ready");
    const free = all.filter((member) => !member || (!member.player && !member.bot)).length;
    const waits = all.filter((member) => member?.player && !member.ready).length;
    text(hint, free ? "The match starts when every seat is taken and everyone is ready." : waits ? "All seats are taken; the match starts when everyone is ready." : "Starting…");
    show(hint, true);
  }
  draw();
  return store.on("room", draw);
}
