// Chat: the channels this client hears, and what it says there.

import { mintSession } from "../session.js";

const SESSION = mintSession();
let lines = 0;

const line = ([seq, at, player, name, text]) => ({ seq, at, player, name, text });

export const chat = {
  fields: {
    held: () => new Map(), // channel -> number of the last line told, kept over sockets
    missing: () => new Set(), // channels in which lines are missing that were asked for
  },
  opened(session) {
    session.missing.clear();
    for (const [channel, after] of session.held) session.request({ kind: "ChatJoin", channel, after });
  },
  takes: {
    ChatLines(session, { channel, after, upto, lines: told, more }) {
      const held = session.held.get(channel);
      if (held !== undefined && after > held) {
        if (!session.missing.has(channel)) session.request({ kind: "ChatJoin", channel, after: held });
        session.missing.add(channel);
        return [];
      }
      session.missing.delete(channel);
      session.held.set(channel, Math.max(upto, held ?? 0));
      const news = told.filter(([seq]) => seq > (held ?? 0)).map(line);
      return [{ type: "chat", channel, lines: news, more }];
    },
    ChatLeft(session, { channel, code }) {
      session.held.delete(channel);
      session.missing.delete(channel);
      return [{ type: "chat_left", channel, code }];
    },
    ChatMarked: (session, { channel, seq }) => [{ type: "chat_marked", channel, seq }],
    ChatMuted: (session, { player, muted }) => [{ type: "chat_muted", player, muted }],
  },
  asks: {
    /** Say it once: after "disconnected" or "timeout" say it again with the same number, of `nextLine`. */
    say: (channel, text, number = nextLine()) => ({ kind: "ChatSend", channel, session: SESSION, number, text }),
    joinChat: (channel, after = 0) => ({ kind: "ChatJoin", channel, after }),
    leaveChat: (channel) => ({ kind: "ChatLeave", channel }),
    chatBefore: (channel, before = 0) => ({ kind: "ChatHistory", channel, before }),
    markRead: (channel, seq) => ({ kind: "ChatRead", channel, seq }),
    mute: (player, muted = true) => ({ kind: "ChatMute", player, muted }),
    reportLine: (channel, seq, reason, text = "") => ({ kind: "ChatReport", channel, seq, reason, text }),
    talks: () => ({ kind: "ChatList" }),
  },
};

/** A number for a line that may have to be said again. */
export function nextLine() {
  return ++lines;
}
