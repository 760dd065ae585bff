import { confirm, h, show, text } from "./dom.js";
import { icon } from "./icons.js";
import { playerList, STATUS, statusOf } from "./person.js";
import { fault, toast } from "./toast.js";
import { ago } from "./words.js";

/** Friends, requests, blocks, who was met, and how to find a player. */
export const friends = { name: "friends", label: "Friends", enter, aside, person };

const MET_SHOWN = 8;

function enter({ lobby, store }) {
  let known = null;
  const take = () => {
    const circle = new Map(lobby.people);
    if (known) news(known, circle);
    known = circle;
    store.set("circle", circle);
  };
  lobby.on("people", take);
  if (lobby.people.size) take();
}

/** Tell what another has done. */
function news(before, after) {
  for (const { id, name, what } of after.values()) {
    const was = before.get(id)?.what;
    if (what === "asks" && was !== "asks") toast(`${name} asks to be your friend.`);
    if (what === "friend" && was !== "friend") toast(`${name} is your friend now.`);
  }
}

function person({ id, name }, { lobby, store }) {
  if (id === store.player?.id) return [];
  const what = store.circle.get(id)?.what;
  const block = {
    label: "Block",
    icon: "cross",
    danger: true,
    act: async () => {
      const detail = "No invites, no chat, never matched, and neither of you sees the other online.";
      if (await confirm(`Block ${name}?`, detail, "Block")) await lobby.block(id);
    },
  };
  const remove = (label, danger = false) => ({ label, danger, icon: "cross", act: () => lobby.removeFriend(id) });
  if (what === "blocked") return [{ label: "Unblock", icon: "check", act: () => lobby.unblock(id) }];
  if (what === "friend") return [remove("Remove from your friends", true), block];
  if (what === "asked") return [remove("Take back your request"), block];
  if (what === "asks") return [
    { label: "Accept as a friend", icon: "check", primary: true, act: () => lobby.answerFriend(id, true) },
    { label: "Decline", icon: "cross", act: () => lobby.answerFriend(id, false) },
    block,
  ];
  return [{ label: "Ask to be friends", icon: "add", primary: true, act: () => asked(lobby, id, name) }, block];
}

async function asked(lobby, id, name) {
  await lobby.askFriend(id);
  if (lobby.people.get(id)?.what !== "friend") toast(`${name} is asked to be your friend.`);
}

function aside(el, app) {
  const { lobby, store } = app;
  const count = h("span", { class: "tag num" }, "");
  const requests = h("ul", { class: "list", "aria-label": "Who asks to be your friend" });
  const list = playerList(app, "Your friends");
  const none = h("p", { class: "quiet small" }, "No friends yet. Find a player by name, or ask somebody you met.");
  const name = h("input", { type: "search", "aria-label": "Find a player by name", placeholder: "Find a player", maxlength: "40", autocomplete: "off" });
  const found = playerList(app, "Players found");
  const nobody = h("p", { class: "quiet small", role: "status" }, "");
  const met = folded(app, "Recently met");
  const blocked = folded(app, "Blocked");
  const muted = folded(app, "Muted");
  el.append(
    h("div", { class: "tabs" }, h("h2", {}, "Friends"), count),
    requests,
    list.el,
    none,
    h("form", { class: "find", role: "search", onsubmit: find }, name, h("button", { "aria-label": "Find" }, icon("search"))),
    found.el,
    nobody,
    met.el,
    blocked.el,
    muted.el,
  );

  async function find(event) {
    event.preventDefault();
    const wanted = name.value.trim();
    if (!wanted) return clear();
    try {
      const { players } = await lobby.findPlayers(wanted);
      found.fill(players.map(([id, called, status]) => ({ id, name: called, status, note: STATUS[status] })));
      text(nobody, players.length ? "" : `Nobody online is called ${wanted}.`);
    } catch (error) {
      fault(error);
    }
  }

  function clear() {
    found.fill([]);
    text(nobody, "");
  }
  name.addEventListener("input", () => !name.value && clear());

  let shown = "";

  function request(who) {
    return h(
      "li",
      { class: "request" },
      h("div", { class: "grow" }, h("p", { class: "clip" }, who.name), h("p", { class: "quiet small" }, "asks to be your friend")),
      h("button", { class: "primary", "aria-label": `Accept ${who.name}`, onclick: () => lobby.answerFriend(who.id, true).catch(fault) }, icon("check")),
      h("button", { "aria-label": `Decline ${who.name}`, onclick: () => lobby.answerFriend(who.id, false).catch(fault) }, icon("cross")),
    );
  }

  function draw() {
    const all = [...store.circle.values()].sort((a, b) => a.name.localeCompare(b.name));
    const of = (what) => all.filter((one) => one.what === what);
    const mine = of("friend").sort((a, b) => (a.status === "offline") - (b.status === "offline"));
    const here = mine.filter((one) => one.status !== "offline").length;
    text(count, mine.length ? `${here} of ${mine.length} online` : "");
    const asks = of("asks");
    const asking = asks.map((one) => one.id).join();
    if (asking !== shown) requests.replaceChildren(...asks.map(request));
    shown = asking;
    const asked = of("asked");
    list.fill([
      ...mine.map(({ id, name, status }) => ({ id, name, status, note: STATUS[status] ?? status })),
      ...asked.map(({ id, name }) => ({ id, name, status: statusOf(store, id), note: "asked" })),
    ]);
    show(none, !mine.length && !asked.length && !asks.length);
    const out = of("blocked");
    blocked.fill(out.map(({ id, name }) => ({ id, name, status: "offline", note: "blocked" })));
    muted.fill([...store.muted].map(([id, name]) => ({ id, name, status: statusOf(store, id), note: "not heard" })));
    const hidden = new Set(out.map((one) => one.id));
    met.fill(
      store.met
        .filter((one) => !hidden.has(one.id))
        .slice(0, MET_SHOWN)
        .map(({ id, name, game, at }) => ({ id, name, status: statusOf(store, id), note: `${app.title(game)}, ${ago(at * 1000)}` })),
    );
  }
  lobby.met().then((data) => store.set("met", data.met), () => {});
  draw();
  const offs = ["circle", "met", "people", "muted"].map((part) => store.on(part, draw));
  return () => offs.forEach((off) => off());
}

/** A list that is folded in, and is not there while it is empty. */
function folded(app, label) {
  const list = playerList(app, label);
  const words = h("summary", {}, label);
  const el = h("details", { hidden: true }, words, list.el);
  return {
    el,
    fill(players) {
      show(el, players.length > 0);
      text(words, `${label} (${players.length})`);
      list.fill(players);
    },
  };
}
