/** What this page knows of channels: their lines, what is unread, who is muted. `changed(name)` tells of one. */
export class Chats {
  all = new Map(); // channel -> {name, kind, id, title, lines, more, read}
  muted = new Set();
  shown = null; // the channel whose lines are before the player's eyes
  #app;
  #changed;
  #marks = new Map();

  constructor(app, changed) {
    this.#app = app;
    this.#changed = changed;
    const { lobby } = app;
    lobby.on("chat", ({ channel, lines, more }) => this.#said(channel, lines, more));
    lobby.on("chat_left", ({ channel }) => this.#drop(channel));
    lobby.on("chat_marked", ({ channel, seq }) => this.#marked(channel, seq));
    lobby.on("chat_muted", ({ player, muted }) => {
      if (muted) this.muted.add(player);
      else this.muted.delete(player);
      app.store.set("deaf", this.muted);
      for (const name of this.all.keys()) this.#changed(name);
    });
  }

  /** The direct channels of before, with what is new in them. */
  async greet() {
    const { talks, muted } = await this.#app.lobby.talks();
    this.muted = new Set(muted);
    this.#app.store.set("deaf", this.muted);
    for (const talk of talks) {
      const chat = this.#at(talk.channel, talk.name);
      chat.read = Math.max(chat.read, talk.read);
      if (talk.unread) await this.join(talk.channel);
      else this.#changed(talk.channel);
    }
  }

  async join(name, title = "") {
    const chat = this.#at(name, title);
    const { read } = await this.#app.lobby.joinChat(name);
    this.#marked(name, read);
    return chat;
  }

  /** Hear these channels of the kind, and no others. */
  only(kind, names) {
    for (const chat of this.all.values()) {
      if (chat.kind === kind && !names.includes(chat.name)) {
        this.#drop(chat.name);
        this.#app.lobby.leaveChat(chat.name).catch(() => {});
      }
    }
    for (const name of names) if (!this.all.has(name)) this.join(name).catch(() => this.#drop(name));
  }

  leave(name) {
    this.#drop(name);
    this.#app.lobby.leaveChat(name).catch(() => {});
  }

  async earlier(name) {
    const chat = this.all.get(name);
    const { lines, more } = await this.#app.lobby.chatBefore(name, chat.lines[0]?.seq ?? 0);
    const told = lines.map(([seq, at, player, who, text]) => ({ seq, at, player, name: who, text }));
    this.#put(chat, told, more);
  }

  /** Those of a channel that the player hears. */
  lines(name) {
    return (this.all.get(name)?.lines ?? []).filter((line) => !this.muted.has(line.player));
  }

  unread(name) {
    const chat = this.all.get(name);
    const me = this.#app.store.player?.id;
    return this.lines(name).filter((line) => line.seq > chat.read && line.player !== me).length;
  }

  /** Its lines are before the player's eyes; null: none are. */
  show(name) {
    this.shown = name;
    if (name) this.#saw(name);
  }

  #said(name, lines, more) {
    const known = this.all.has(name);
    const chat = this.#at(name, lines.find((line) => name === `direct/${line.player}`)?.name);
    this.#put(chat, lines, chat.lines.length ? chat.more : more);
    if (!known && name.startsWith("direct/")) this.join(name).catch(() => {});
    if (this.shown === name) this.#saw(name);
  }

  #put(chat, lines, more) {
    for (const { player, name } of lines) this.#app.store.called.set(player, name);
    const seqs = new Set(chat.lines.map((line) => line.seq));
    chat.lines = [...chat.lines, ...lines.filter((line) => !seqs.has(line.seq))].sort((a, b) => a.seq - b.seq);
    chat.more = more;
    this.#changed(chat.name);
  }

  /** Tell the server, and by it the player's other devices, at most each second. */
  #saw(name) {
    const chat = this.all.get(name);
    const last = chat?.lines.at(-1)?.seq ?? 0;
    if (!chat || last <= chat.read) return;
    chat.read = last;
    this.#changed(name);
    if (!this.#marks.has(name)) this.#mark(name);
  }

  #mark(name) {
    const told = this.all.get(name)?.read;
    if (told === undefined) return;
    this.#app.lobby.markRead(name, told).catch(() => {});
    const again = () => {
      this.#marks.delete(name);
      if ((this.all.get(name)?.read ?? told) > told) this.#mark(name);
    };
    this.#marks.set(name, setTimeout(again, 1000));
  }

  #marked(name, seq) {
    const chat = this.all.get(name);
    if (!chat) return;
    chat.read = Math.max(chat.read, seq);
    this.#changed(name);
  }

  #drop(name) {
    if (this.all.delete(name)) this.#changed(name);
  }

  #at(name, title = "") {
    let chat = this.all.get(name);
    if (!chat) {
      const [kind, id] = name.split("/");
      chat = { name, kind, id, title: "", lines: [], more: false, read: 0 };
      this.all.set(name, chat);
    }
    chat.title = title || chat.title || this.#titled(chat);
    return chat;
  }

  #titled({ kind, id }) {
    if (kind === "direct") return this.#app.store.people.get(id)?.name ?? "Player";
    if (kind === "game") return this.#app.title(id);
    return { room: "Room", party: "Party", match: "Match", watch: "Spectators" }[kind];
  }
}
