import { announce, h, show, text } from "./dom.js";
import { icon } from "./icons.js";
import { showLink } from "./links.js";
import { openPerson } from "./person.js";
import { sentList } from "./sent.js";
import { fault, toast } from "./toast.js";
import { wishes } from "./wish.js";
import { initial, modeTitle } from "./words.js";

/** The people this player queues together with. */
export const party = { name: "party", label: "Party", enter, bar, aside, person };

const NO_PARTY = { party: null, members: [], asks: [] };
const OUT = { kicked: "You were put out of the party.", away: "You were away for too long and are out of the party." };
const REASONS = {
  stopped: (who) => `${who} stopped the search.`,
  joined: (who) => `${who} joined; search again when all are ready.`,
  left: (who) => `${who} left the party; the search is over.`,
  kicked: (who) => `${who} was put out of the party; the search is over.`,
  unready: (who) => `${who} not ready any more; the search is over.`,
  changed: (who) => `${who} chose another game; the search is over.`,
  away: (who) => `${who} away for too long; the search is over.`,
  declined: (who) => `${who} declined the match; the search is over.`,
  missed: (who) => `${who} missed the match; the search is over.`,
};

function enter({ lobby, store }) {
  store.party = lobby.party ?? NO_PARTY;
  lobby.on("party", ({ party: now, code }) => {
    const before = store.party;
    if (!now && before.party && OUT[code]) toast(OUT[code]);
    if (now?.reason && before.phase === "queued") toast(why(now.reason, store.player.id));
    store.set("party", now ?? NO_PARTY);
  });
}

function why({ code, player, name }, me) {
  const verb = { unready: ["You are", `${name} is`], away: ["You were", `${name} was`] }[code];
  const who = verb ? verb[player === me ? 0 : 1] : player === me ? "You" : name;
  return REASONS[code]?.(who) ?? "The party is out of the queue; search again.";
}

/** Modes whose queue takes a party. */
const choices = (store) => store.games.flatMap((game) => game.modes.filter((mode) => mode.party > 1).map((mode) => ({ game: game.name, mode: mode.name })));

function person({ id, name }, { lobby, store }) {
  const { party: mine, owner, members } = store.party;
  const me = store.player?.id;
  if (id === me) return [];
  const inside = members.some((member) => member.player === id);
  if (inside && owner === me) {
    return [
      { label: "Make owner of the party", icon: "crown", act: () => lobby.promote(id) },
      { label: "Put out of the party", icon: "door", act: () => lobby.kickFromParty(id) },
    ];
  }
  if (inside || store.circle?.get(id)?.what === "blocked") return [];
  const ask = {
    label: "Ask to join the party",
    icon: "door",
    act: async () => {
      await lobby.askToJoin(id);
      toast(`The owner of ${name}'s party is asked.`);
    },
  };
  return mine ? [] : [ask];
}

/** The strip above all screens while he is in a party. */
function bar(el, app) {
  const { store, lobby } = app;
  const list = h("ul", { class: "mates", "aria-label": "Members of the party" });
  const asks = h("ul", { class: "asking", "aria-label": "Who asks to join the party" });
  const pick = h("select", { "aria-label": "What the party plays", onchange: chosen });
  const says = h("span", { class: "quiet small", role: "status" }, "");
  const ready = h("button", { "aria-pressed": "false", onclick: () => turn().catch(fault) }, "");
  const go = h("button", { class: "primary", onclick: () => look().catch(fault) }, icon("search"), "Find a match");
  const stop = h("button", { onclick: () => lobby.stopParty().catch(fault) }, icon("cross"), "Stop");
  const link = h("button", { onclick: () => showLink(app, "party"), "aria-haspopup": "dialog" }, icon("copy"), "Invite link");
  const leave = h("button", { class: "plain", onclick: () => lobby.leaveParty().catch(fault) }, "Leave");
  const asked = wishes(app, " in this party");
  el.replaceChildren(list, sentList(app, "party").el, asks, asked.el, h("div", { class: "acts" }, pick, says, ready, go, stop, link, leave));

  const look = async () => lobby.queueParty(await asked.wish());
  const turn = async () => (mine()?.ready ? lobby.readyInParty(false) : lobby.readyInParty(true, await asked.wish()));
  const mine = () => store.party.members.find((member) => member.player === store.player?.id);

  function chosen() {
    const [game, mode] = pick.value.split("/");
    if (game) lobby.chooseForParty(game, mode).catch(fault).finally(draw);
  }

  function mate({ player, name, ready: on, away }, owner) {
    const me = player === store.player?.id;
    const state = away ? "away" : player === owner ? "owner" : on ? "ready" : "not ready";
    const mark = player === owner ? icon("crown") : on && !away ? icon("check") : null;
    const inside = [h("span", { class: "avatar", "aria-hidden": "true" }, initial(name)), h("span", { class: "clip" }, me ? "You" : name), mark, h("span", { class: "sr" }, `, ${state}`)];
    const css = away ? "mate away" : "mate";
    return h("li", {}, me ? h("span", { class: css }, inside) : h("button", { class: css, "aria-haspopup": "dialog", onclick: () => openPerson(app, { id: player, name }) }, inside));
  }

  function asking({ player, name }) {
    return h(
      "li",
      {},
      h("span", { class: "clip" }, `${name} asks to join`),
      h("button", { class: "primary", "aria-label": `Let ${name} in`, onclick: () => lobby.answerAsk(player, true).catch(fault) }, icon("check")),
      h("button", { "aria-label": `Refuse ${name}`, onclick: () => lobby.answerAsk(player, false).catch(fault) }, icon("cross")),
    );
  }

  let shown = "";
  let wanted = "";
  function draw() {
    const { party: id, owner, game, mode, size, phase, members, asks: wanting } = store.party;
    show(el, Boolean(id));
    if (!id) return;
    const boss = owner === store.player?.id;
    const people = JSON.stringify([owner, members, boss ? wanting : []]);
    if (people !== shown) {
      list.replaceChildren(...members.map((member) => mate(member, owner)));
      asks.replaceChildren(...(boss ? wanting : []).map(asking));
      show(asks, boss && wanting.length > 0);
    }
    shown = people;
    const playing = phase === "open" && game ? `${game}/${mode}` : "";
    if (playing !== wanted) asked.choose(...(playing ? [game, mode] : ["", ""]));
    wanted = playing;
    const label = game ? `${app.title(game)} · ${modeTitle(mode)}` : "";
    const options = choices(store).map((one) => h("option", { value: `${one.game}/${one.mode}` }, `${app.title(one.game)} · ${modeTitle(one.mode)}`));
    pick.replaceChildren(...(game ? [] : [h("option", { value: "" }, "Choose a game")]), ...options);
    pick.value = game ? `${game}/${mode}` : "";
    show(pick, boss && phase === "open");
    const waits = members.filter((member) => member.player !== owner && (!member.ready || member.away)).length;
    const sentence =
      phase === "queued" ? `Looking for a match: ${label}` : phase === "playing" ? `Playing ${label}` : !game ? (boss ? "" : `${members.find((member) => member.player === owner)?.name} chooses the game`) : `${boss ? "" : `${label}, `}${members.length} of ${size}${waits ? `, ${waits} not ready` : ""}`;
    text(says, sentence);
    show(says, Boolean(sentence));
    if (phase === "queued") announce(sentence);
    const on = Boolean(mine()?.ready);
    show(asked.el, asked.any() && (boss || !on));
    ready.setAttribute("aria-pressed", String(on));
    ready.classList.toggle("primary", !on);
    ready.replaceChildren(icon(on ? "check" : "play"), on ? "You are ready" : "I am ready");
    show(ready, !boss && phase === "open" && Boolean(game));
    show(go, boss && phase === "open");
    go.disabled = !game || waits > 0;
    show(stop, phase === "queued");
    show(link, phase === "open" && members.length < size);
  }
  store.on("party", draw);
  store.on("games", draw);
  draw();
}

/** Beside the games: how to begin one. */
function aside(el, { lobby, store }) {
  el.append(
    h("h2", {}, "Play together"),
    h("p", { class: "quiet small" }, "A party looks for matches as one. Start one and invite friends, or whoever has your link."),
    h("button", { onclick: () => lobby.createParty().catch(fault) }, icon("add"), "Start a party"),
  );
  el.classList.add("stack");
  const draw = () => show(el, !store.party.party);
  draw();
  return store.on("party", draw);
}
