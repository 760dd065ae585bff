// The areas of the lobby. A new one is a module here and its name in AREAS. An area is
//   fields: {name: () => first value}  what the session holds; the connection has getters of the same names
//   opened(session)                    a socket is open: forget what the server tells anew after the hello
//   takes: {Kind(session, message)}    take a message in; returns what happened, as [{type, …}]
//   asks: {name: (…args) => request}   methods of the connection; each resolves with the reply's data
// All may be left out; no two areas have the same name in one of them.

import { chat } from "./chat.js";
import { invites } from "./invites.js";
import { match } from "./match.js";
import { notices } from "./notices.js";
import { people } from "./people.js";
import { party } from "./party.js";
import { presence } from "./presence.js";
import { queue } from "./queue.js";
import { room } from "./room.js";
import { rooms } from "./rooms.js";

export const AREAS = [match, presence, people, queue, room, rooms, party, notices, chat, invites];

/** One object of all the areas' `part`; throws where two areas have the same name. */
export function joined(areas, part) {
  const all = {};
  for (const area of areas) {
    for (const [name, value] of Object.entries(area[part] ?? {})) {
      if (Object.hasOwn(all, name)) throw new Error(`two areas have ${part}.${name}`);
      all[name] = value;
    }
  }
  return all;
}
