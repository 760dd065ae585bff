import { Arcade } from "../client/index.js";
import { AREAS } from "./areas.js";
import { h, show, text } from "./dom.js";
import { home } from "./home.js";
import { enterRoom } from "./roomjoin.js";
import { signin } from "./signin.js";
import { Store } from "./store.js";
import { fault, sentence, toast } from "./toast.js";
import { initial, title } from "./words.js";

const CHOICES = "arcade.modes";

/** The page: one screen at a time, the lobby's socket behind all of them. */
class App {
  store = new Store();
  arcade = new Arcade(location.origin);
  lobby = null;
  match = null;
  #main = document.getElementById("main");
  #leave = null;
  #turn = 0;
  #entering = null;

  async start() {
    addEventListener("popstate", () => this.#route());
    document.querySelector(".brand").addEventListener("click", (event) => {
      event.preventDefault();
      if (this.store.player) this.home();
    });
    if (document.body.dataset.signedIn) {
      try {
        this.store.player = (await this.arcade.http.get("/api/me")).player;
      } catch (error) {
        fault(error);
      }
    }
    if (this.store.player) await this.#enterLobby();
    else this.#signin();
  }

  title(name) {
    return this.store.game(name).title || title(name);
  }

  /** The mode last chosen of a game. */
  chosen(game) {
    return this.#choices()[game];
  }

  choose(game, mode) {
    localStorage.setItem(CHOICES, JSON.stringify({ ...this.#choices(), [game]: mode }));
  }

  #choices() {
    try {
      return JSON.parse(localStorage.getItem(CHOICES)) ?? {};
    } catch {
      return {};
    }
  }

  #signin() {
    const query = new URLSearchParams(location.search);
    const room = query.get("room");
    const purpose = room
      ? { title: "You are invited", text: `Room ${room.toUpperCase()} waits for you. Pick a name and take your seat.`, button: "Join the room" }
      : query.get("invite")
        ? { title: "You are invited", text: "A friend waits for you. Pick a name and join.", button: "Join" }
      : query.get("watch")
        ? { title: "Watch a match", text: "Pick a name, and the match is yours to watch.", button: "Watch" }
        : { title: "Play now", text: "Quick matches against people or the computer. No account, no download: pick a name.", button: "Play as guest" };
    this.#screen(() =>
      signin(this.#main, {
        purpose,
        enter: async (name) => {
          this.store.player = await this.arcade.guest(name);
          await this.#enterLobby();
        },
      }),
    );
  }

  async #enterLobby() {
    const { store } = this;
    this.#who();
    this.#waiting("Entering the lobby…");
    try {
      this.lobby = await this.arcade.lobby();
    } catch (error) {
      this.#stuck(error);
      return;
    }
    const { lobby } = this;
    const welcome = () => {
      store.player = lobby.player;
      this.#who();
      if (JSON.stringify(store.games) !== JSON.stringify(lobby.games)) store.set("games", lobby.games);
      store.set("running", lobby.match);
    };
    lobby.on("welcome", welcome);
    welcome();
    AREAS.forEach((area) => area.enter?.(this));
    lobby.on("match_found", ({ found }) => {
      if (found.match === this.match?.id || found.match === this.#entering) return;
      if (found.backfill) toast("A seat in a running match: you go on for a player who left.");
      this.enter(found);
    });
    lobby.on("state", ({ state, error }) => {
      show(document.getElementById("offline"), state === "reconnecting");
      if (state === "closed") this.#stuck(error);
    });
    for (const [side, css] of [["bar", "lobbybar"], ["dock", "dock"]]) {
      for (const area of AREAS.filter((one) => one[side])) {
        const el = h("div", { id: area.name, class: css, role: "region", "aria-label": area.label, hidden: true });
        document.getElementById(`${side}s`).append(el);
        area[side](el, this);
      }
    }
    await this.#arrive();
  }

  /** What the address asks for, the first time: a room, a match to watch, the running match, or home. */
  async #arrive() {
    const query = new URLSearchParams(location.search);
    const room = query.get("room");
    if (room) {
      this.home(false);
      if (this.store.room.code !== room.toUpperCase()) await enterRoom(this, room.toUpperCase());
      history.replaceState(null, "", "/");
      return;
    }
    await this.#route();
  }

  async #route() {
    if (!this.lobby) return;
    const query = new URLSearchParams(location.search);
    const watched = query.get("watch");
    const played = query.get("match");
    const { running } = this.store;
    if (watched) await this.enter({ match: watched, seat: null }, false);
    else if (played && running?.match === played) await this.enter(running, false);
    else {
      if (played) toast("This match is over; you will find it among your matches.");
      this.home(Boolean(played));
    }
  }

  home(push = true) {
    if (push && location.search) history.pushState(null, "", "/");
    this.#closeMatch();
    this.#screen(() => home(this.#main, this));
  }

  /** Go to a match: one just found, the running one, or one to watch (`seat` null). */
  async enter(found, push = true) {
    this.#closeMatch();
    const watching = found.seat === null || found.seat === undefined;
    if (push) history.pushState(null, "", `/?${watching ? "watch" : "match"}=${encodeURIComponent(found.match)}`);
    this.#waiting("Entering the match…");
    const turn = this.#turn;
    this.#entering = found.match;
    try {
      const [match, { matchScreen }] = await Promise.all([
        watching ? this.arcade.watch(found.match) : this.arcade.match(found),
        import("./match.js"),
      ]);
      if (turn !== this.#turn) return match.close();
      this.match = match;
      this.store.set("shown", { match: match.id, seat: watching ? null : match.seat });
      const { game, mode } = match.welcome;
      if (!watching) this.store.set("running", { match: match.id, game, mode, seat: match.seat });
      const stop = await matchScreen(this.#main, this, match);
      if (turn !== this.#turn) stop();
      else this.#leave = stop;
    } catch (error) {
      if (turn !== this.#turn) return;
      fault(error);
      if (this.store.running?.match === found.match) this.store.set("running", null);
      this.home();
    } finally {
      if (this.#entering === found.match) this.#entering = null;
    }
  }

  /** The shown match is over: there is nothing to return to. */
  ended(match) {
    if (this.store.running?.match === match.id) this.store.set("running", null);
  }

  /** The match was opened in another window of this player, which has the seat now. */
  elsewhere(match) {
    const { id, seat } = match;
    this.#screen(() => {
      this.#main.replaceChildren(
        h(
          "section",
          { class: "panel stuck" },
          h("h1", {}, "Opened in another window"),
          h("p", { class: "quiet", role: "alert" }, `Your match of ${this.title(match.welcome.game)} goes on there. You can take it back.`),
          h(
            "div",
            { class: "row" },
            h("button", { class: "primary", onclick: () => this.enter({ match: id, seat }, false) }, "Play here"),
            h("button", { onclick: () => this.home() }, "Home"),
          ),
        ),
      );
    });
  }

  #closeMatch() {
    this.match?.close();
    this.match = null;
    if (this.store.shown) this.store.set("shown", null);
  }

  #screen(build) {
    this.#turn++;
    this.#leave?.();
    this.#leave = build();
    scrollTo(0, 0);
  }

  #waiting(sentence) {
    this.#screen(() => {
      this.#main.replaceChildren(h("p", { class: "row quiet", role: "status" }, h("span", { class: "spin", "aria-hidden": "true" }), sentence));
    });
  }

  /** The lobby cannot be had any more: say why, and offer to begin again. */
  #stuck(error) {
    this.#closeMatch();
    this.#screen(() => {
      this.#main.replaceChildren(
        h(
          "section",
          { class: "panel stuck" },
          h("h1", {}, "The lobby is closed"),
          h("p", { class: "quiet", role: "alert" }, sentence(error)),
          h("button", { class: "primary", onclick: () => location.reload() }, "Try again"),
        ),
      );
    });
  }

  #who() {
    const { player } = this.store;
    const el = document.getElementById("who");
    show(el, Boolean(player));
    if (!player) return;
    text(el.querySelector(".avatar"), initial(player.name));
    text(el.querySelector(".clip"), player.name);
  }
}

new App().start();
