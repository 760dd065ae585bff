import { confirm, h, show } from "./dom.js";
import { levels, levelTitle } from "./gamecard.js";
import { icon } from "./icons.js";
import { fault } from "./toast.js";
import { initial, plural, propertyText } from "./words.js";

/** The seats of the room and who watches, with what one can do about each. */
export function roomSeats(app) {
  const { store } = app;
  const list = h("ul", { class: "seats", "aria-live": "polite" });
  const watching = h("ul", { class: "watchers", "aria-label": "Spectators" });
  const el = h("div", { class: "seating" }, list, watching);
  let level = 1;
  let open = null;

  const listening = new AbortController();

  /** Close the menu that is open: something was chosen, or the player is elsewhere. */
  function close() {
    open = null;
    el.querySelectorAll("details[open]").forEach((box) => (box.open = false));
  }
  const signal = listening.signal;
  document.addEventListener("click", (event) => open && !event.target.closest("details.menu") && close(), { signal });
  document.addEventListener("keydown", (event) => open && event.key === "Escape" && close(), { signal });

  const own = (member) => Boolean(member?.player) && member.player === store.player?.id;
  const mySeat = () => store.room.members.findIndex(own);
  const owner = () => [...store.room.members, ...store.room.more.watchers].some((member) => own(member) && member.owner);
  const still = () => ["open", "countdown"].includes(store.room.more.phase);
  const ask = (request) => request.catch(fault);
  const button = (key, words, act, css) => h("button", { "data-key": key, class: css, onclick: act }, words);

  function team(member) {
    const { teams } = store.game(store.room.game).modes.find((mode) => mode.name === store.room.mode) ?? {};
    return teams ? h("span", { class: `tag team team-${member.team}` }, `Team ${member.team + 1}`) : null;
  }

  function free(member, seat, bots) {
    const pick = levels(bots, level);
    pick.dataset.key = `level-${seat}`;
    pick.onchange = () => (level = Number(pick.value));
    const mine = owner() && still() && bots > 0;
    const sit = button(`sit-${seat}`, mySeat() < 0 ? "Take this seat" : "Sit here", () => ask(app.lobby.sit(seat)));
    const bot = h("button", { "data-key": `bot-${seat}`, onclick: () => ask(app.lobby.setBot(level, seat)) }, icon("bot"), "Add a bot");
    return h("li", { class: "free" }, h("span", { class: "grow" }, "Free seat"), team(member), still() && sit, mine && bots > 1 && pick, mine && bot);
  }

  /** What can be done about a member: swap, and what the owner may. */
  function menu(member, seat) {
    const mine = mySeat();
    const act = (key, words, request, css) => button(`${key}-${member.player}`, words, () => (close(), request()), css);
    const swap = seat !== null && mine >= 0 && still() && member.player;
    const asked = store.room.members[mine]?.swap === member.player;
    const acts = [
      swap && !asked && act("swap", "Ask to swap seats", () => ask(app.lobby.swap(seat))),
      swap && asked && act("swap", "Do not swap", () => ask(app.lobby.swap(mine))),
      owner() && act("give", "Make host", () => ask(app.lobby.giveRoom(member.player))),
      owner() && act("kick", "Send out", () => ask(app.lobby.kick(member.player)), "danger"),
      owner() && act("ban", "Send out for good", () => ban(member), "danger"),
    ].filter(Boolean);
    if (!acts.length) return null;
    const box = h(
      "details",
      { class: "menu", open: open === member.player },
      h("summary", { "data-key": `menu-${member.player}`, "aria-label": `What to do about ${member.name}` }, "⋯"),
      h("div", { class: "acts" }, acts),
    );
    box.addEventListener("toggle", () => {
      if (box.open) open = member.player;
      else if (box.isConnected && open === member.player) open = null;
    });
    return box;
  }

  async function ban(member) {
    const detail = "They cannot come back until you pardon them in the settings.";
    if (await confirm(`Send ${member.name} out for good?`, detail, "Send out")) ask(app.lobby.kick(member.player, true));
  }

  function person(member, seat, bots) {
    const taken = seat === null ? h("span", { class: "tag" }, icon("eye"), "Watching") : null;
    const wants = member.swap && member.swap === store.player?.id;
    return h(
      "li",
      { class: member.away ? "away" : null },
      h("span", { class: "avatar", "aria-hidden": "true" }, member.bot ? icon("bot") : initial(member.name)),
      h("span", { class: "clip grow" }, h("strong", {}, member.name), own(member) ? " (you)" : ""),
      seat !== null && team(member),
      ...Object.entries(member.properties ?? {}).map(([name, value]) => h("span", { class: "tag" }, propertyText(name, value))),
      member.owner && h("span", { class: "tag" }, icon("crown"), "Host"),
      member.bot && h("span", { class: "tag" }, levelTitle(member.bot, bots)),
      member.bot && owner() && still() && button(`out-${seat}`, "Take out", () => ask(app.lobby.setBot(0, seat)), "plain"),
      wants && button(`agree-${member.player}`, "Swap seats", () => ask(app.lobby.swap(seat)), "primary"),
      member.away && h("span", { class: "tag warn" }, "Away"),
      taken,
      !member.bot && seat !== null && h("span", { class: member.ready ? "tag accent" : "tag" }, member.ready && icon("check"), member.ready ? "Ready" : "Not ready"),
      member.player && !own(member) && menu(member, seat),
    );
  }

  /** Build it anew and leave the focus where it was. */
  function draw() {
    const { members, more, game } = store.room;
    const bots = store.game(game).bots;
    const key = el.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    list.classList.toggle("many", members.length > 3);
    list.replaceChildren(...members.map((member, seat) => (member.player || member.bot ? person(member, seat, bots) : free(member, seat, bots))));
    const left = more.places - more.watchers.length;
    const change = mySeat() >= 0 && left > 0 && still() && button("watch", "Watch instead", () => ask(app.lobby.sit()));
    watching.replaceChildren(
      ...more.watchers.map((member) => person(member, null, bots)),
      ...(left > 0 ? [h("li", { class: "free" }, h("span", { class: "grow" }, `${plural(left, "place")} to watch from`), change)] : []),
    );
    show(watching, more.places > 0);
    if (key) el.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
  }

  return { el, draw, stop: () => listening.abort() };
}
