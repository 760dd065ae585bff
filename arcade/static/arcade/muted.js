import { toast } from "./toast.js";

/** Whom this player does not hear in any channel. */
export const muted = { enter, person };

function enter({ store, arcade }) {
  const keep = (change) => {
    const now = new Map(store.muted);
    change(now);
    store.set("muted", now);
  };
  const named = async (id) => {
    const known = store.people.get(id)?.name ?? store.circle.get(id)?.name ?? store.called.get(id);
    if (known) return known;
    try {
      return (await arcade.http.get(`/api/players/${encodeURIComponent(id)}/`)).name;
    } catch {
      return "A player";
    }
  };
  const add = async (id) => {
    const name = await named(id);
    if (store.deaf.has(id)) keep((now) => now.set(id, name));
  };
  store.on("deaf", () => {
    if ([...store.muted.keys()].some((id) => !store.deaf.has(id))) keep((now) => [...now.keys()].forEach((id) => store.deaf.has(id) || now.delete(id)));
    for (const id of store.deaf) if (!store.muted.has(id)) add(id);
  });
}

function person({ id, name }, { lobby, store }) {
  if (id === store.player?.id) return [];
  if (store.deaf.has(id)) {
    return [{ label: "Hear again in chats", icon: "chat", act: async () => { await lobby.mute(id, false); toast(`You hear ${name} again.`); } }];
  }
  return [{ label: "Mute in all chats", icon: "hush", act: async () => { await lobby.mute(id); toast(`You do not hear ${name} any more.`); } }];
}
