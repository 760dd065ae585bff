import { away } from "./away.js";
import { chat } from "./chat.js";
import { friends } from "./friends.js";
import { invites } from "./invites.js";
import { muted } from "./muted.js";
import { notices } from "./notices.js";
import { party } from "./party.js";
import { people } from "./people.js";
import { queue } from "./queue.js";
import { history, leaders } from "./records.js";
import { room } from "./room.js";
import { rooms } from "./rooms.js";

/**
 * What the lobby is about, on this page. A new area is a module and its name here; each part of it may be left out:
 *
 *   name, label     the elements' class or id, and what screen readers call them
 *   enter(app)      the lobby is there: listen to `app.lobby`, and set in `app.store` what is known already
 *   bar(el, app)    once, after that: fill a strip above all screens and listen to the store; `show` it when it is needed
 *   dock(el, app)   the same for a strip at the lower edge
 *   main(el, app)   fill a panel on the screen between matches, and `show` it; returns what takes it down
 *   aside(el, app)  the same for one beside the games, which is there always
 *   person({id, name, match}, app)   what can be done to a player, as [{label, icon?, primary?, danger?, act()}]
 *
 * They stand in this order.
 */
export const AREAS = [invites, party, queue, room, rooms, friends, people, away, history, leaders, notices, chat, muted];
