import { nextLine } from "../client/areas/chat.js";
import { Chats } from "./chats.js";
import { lineOf } from "./chatline.js";
import { h, show, text } from "./dom.js";
import { icon } from "./icons.js";
import { fault } from "./toast.js";
import { plural } from "./words.js";

const MOST = 300;
const AGAIN = new Set(["disconnected", "timeout"]);

/** Talk: a button in the header, and a panel with a tab for each channel. */
export const chat = { name: "chat", label: "Chat", dock, person };

function person({ id, name }, app) {
  return [{ label: "Talk", icon: "chat", act: () => app.talk(id, name) }];
}

function dock(el, app) {
  const { store, lobby } = app;
  const badge = h("span", { class: "badge num", hidden: true }, "");
  const button = h("button", { class: "plain talk", "aria-expanded": "false", "aria-controls": "chat", onclick: () => open(el.hidden) }, icon("chat"), h("span", { class: "word" }, "Chat"), badge);
  document.getElementById("who").before(button);
  document.body.append(el);
  el.className = "chat";

  const tabs = h("div", { class: "chattabs", role: "tablist", "aria-label": "Channels" });
  const games = h("select", { "aria-label": "Join the channel of a game", onchange: joinGame });
  const close = h("button", { class: "plain", "aria-label": "Close the chat", onclick: () => open(false) }, icon("cross"));
  const earlier = h("button", { class: "plain small", hidden: true, onclick: older }, "Earlier lines");
  const log = h("ol", { role: "log", "aria-live": "polite", "aria-label": "Lines", tabindex: "0" });
  const none = h("p", { class: "quiet small none" }, "");
  const field = h("input", { "aria-label": "Your line", placeholder: "Say something", maxlength: String(MOST), autocomplete: "off", enterkeyhint: "send" });
  const form = h("form", { onsubmit: say }, field, h("button", { class: "primary", "aria-label": "Send" }, icon("send")));
  const leave = h("button", { class: "plain small", onclick: () => chats.leave(current) }, "Leave this channel");
  el.replaceChildren(
    h("div", { class: "chathead" }, h("h2", {}, "Chat"), games, close),
    tabs,
    h("div", { class: "chatbody", role: "tabpanel", "aria-label": "Channel" }, earlier, log, none),
    form,
    h("div", { class: "chatfoot" }, leave),
  );
  for (const part of [el, button]) {
    part.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || el.hidden) return;
      open(false);
      button.focus();
    });
  }
  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const names = [...chats.all.keys()];
    choose(names[(names.indexOf(current) + step + names.length) % names.length]);
    tabs.querySelector("[aria-selected=true]")?.focus();
  });

  let current = null;
  let pending = null;
  const chats = new Chats(app, draw);
  app.talk = async (player, name) => {
    open(true);
    field.focus();
    await enter(`direct/${player}`, name);
  };

  function open(wide) {
    show(el, wide);
    button.setAttribute("aria-expanded", String(wide));
    document.body.classList.toggle("chatting", wide);
    chats.show(wide ? current : null);
    if (!wide) return;
    draw(current);
    (log.hidden ? close : log).focus();
  }

  function choose(name) {
    current = name;
    if (!el.hidden) chats.show(name);
    draw(name);
    log.scrollTop = log.scrollHeight;
  }

  function joinGame() {
    enter(`game/${games.value}`);
    games.value = "";
  }

  /** Its tab is there at once; what was said comes. */
  async function enter(name, title) {
    const joined = chats.join(name, title);
    choose(name);
    try {
      await joined;
      choose(name);
    } catch (error) {
      chats.leave(name);
      fault(error);
    }
  }

  async function older() {
    const height = log.scrollHeight;
    await chats.earlier(current).catch(fault);
    log.scrollTop = log.scrollHeight - height;
  }

  /** A line whose fate is not known is said again under its number, so it is said once. */
  async function say(event) {
    event.preventDefault();
    const words = field.value.trim();
    if (!words || !current) return;
    if (pending?.words !== words || pending.channel !== current) pending = { words, channel: current, number: nextLine() };
    const { channel, number } = pending;
    try {
      await lobby.say(channel, words, number);
      if (field.value.trim() === words) field.value = "";
      pending = null;
    } catch (error) {
      if (!AGAIN.has(error.code)) pending = null;
      fault(error);
    }
  }

  function tabOf(name) {
    const count = h("span", { class: "badge num" }, h("span", { class: "sr" }, "unread: "), h("span", {}, ""));
    return h("button", { role: "tab", class: "plain", "data-channel": name, onclick: () => choose(name) }, h("span", { class: "clip" }, ""), count);
  }

  function drawTabs() {
    let all = 0;
    const shown = [...chats.all.values()];
    for (const tab of [...tabs.children]) if (!chats.all.has(tab.dataset.channel)) tab.remove();
    shown.forEach(({ name, title }, at) => {
      const unread = chats.unread(name);
      all += unread;
      if (tabs.children[at]?.dataset.channel !== name) tabs.insertBefore(tabOf(name), tabs.children[at] ?? null);
      const tab = tabs.children[at];
      tab.setAttribute("aria-selected", String(name === current));
      tab.tabIndex = name === current ? 0 : -1;
      text(tab.firstChild, title);
      text(tab.lastChild.lastChild, String(unread));
      show(tab.lastChild, unread > 0);
    });
    text(badge, String(all));
    show(badge, all > 0);
    button.setAttribute("aria-label", all ? `Chat, ${plural(all, "unread line")}` : "Chat");
    const joined = new Set(chats.all.keys());
    const rest = store.games.filter((game) => !joined.has(`game/${game.name}`));
    games.replaceChildren(h("option", { value: "" }, "Join a channel…"), ...rest.map((game) => h("option", { value: game.name }, game.title)));
    show(games, rest.length > 0);
  }

  function draw(name) {
    if (!chats.all.has(current)) {
      current = chats.all.keys().next().value ?? null;
      if (!el.hidden) chats.show(current);
    } else if (name && name !== current) {
      drawTabs();
      return;
    }
    drawTabs();
    const shown = chats.all.get(current);
    for (const part of [form, log]) show(part, Boolean(shown));
    show(leave, shown?.kind === "game");
    show(earlier, Boolean(shown?.more));
    const lines = shown ? chats.lines(current) : [];
    text(none, !shown ? "No channel is open. Join a game's, or a room or party has its own." : lines.length ? "" : "Nothing was said here yet.");
    const low = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    fill(lines);
    if (low) log.scrollTop = log.scrollHeight;
  }

  /** Lines stay the elements they were: one may have the focus or its menu open. */
  function fill(lines) {
    const keys = new Set(lines.map((line) => `${current} ${line.seq}`));
    for (const item of [...log.children]) if (!keys.has(item.dataset.key)) item.remove();
    lines.forEach((line, at) => {
      const there = log.children[at];
      if (there?.dataset.key !== `${current} ${line.seq}`) log.insertBefore(lineOf(app, current, line), there ?? null);
    });
  }

  const room = () => chats.only("room", store.room.code ? [`room/${store.room.code}`] : []);
  const party = () => chats.only("party", lobby.party ? [`party/${lobby.party.party}`] : []);
  const match = () => {
    const { match: id = null, seat = null } = store.shown ?? {};
    chats.only("match", id && seat !== null ? [`match/${id}`] : []);
    chats.only("watch", id && seat === null ? [`watch/${id}`] : []);
  };
  store.on("room", room);
  store.on("shown", match);
  store.on("games", drawTabs);
  lobby.on("party", party);
  lobby.on("welcome", () => chats.greet().catch(() => {}));
  chats.greet().catch(fault);
  [room, party, match, drawTabs].forEach((take) => take());
  draw(null);
}
