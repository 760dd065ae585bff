/** What this page knows of the lobby; screens listen to the parts they show. */
export class Store {
  player = null;
  games = [];
  online = 0;
  people = new Map();
  circle = new Map();
  met = [];
  queue = { game: null };
  room = { code: null };
  party = { party: null, members: [], asks: [] };
  invites = [];
  sent = [];
  muted = new Map(); // id -> name
  deaf = new Set(); // the ids alone, as soon as they are known
  called = new Map(); // names met in chats
  running = null;
  shown = null;
  #listeners = new Map();

  /** Call `fn` on each change of `part`; returns what ends that. */
  on(part, fn) {
    const fns = this.#listeners.get(part) ?? new Set();
    fns.add(fn);
    this.#listeners.set(part, fns);
    return () => fns.delete(fn);
  }

  set(part, value) {
    this[part] = value;
    this.tell(part);
  }

  tell(part) {
    for (const fn of [...(this.#listeners.get(part) ?? [])]) fn(this[part]);
  }

  game(name) {
    return this.games.find((game) => game.name === name) ?? { name, title: "", modes: [], bots: 0 };
  }
}
