// Where the player waits for opponents.

export const queue = {
  fields: { queue: () => null },
  opened(session) {
    session.queue = null;
  },
  takes: {
    Queue(session, message) {
      session.queue = message.game === null ? null : message;
      return [{ type: "queue", queue: session.queue }];
    },
    Unqueued(session, message) {
      return [{ type: "unqueued", game: message.game, mode: message.mode, code: message.code, mine: message.mine }];
    },
  },
  asks: {
    /** `wish`: {latencies, values, roles}, as the mode's `queue` in `games` asks for them. */
    enqueue: (game, mode, wish) => ({ kind: "Enqueue", game, mode, wish }),
    dequeue: () => ({ kind: "Dequeue" }),
    acceptMatch: (claim) => ({ kind: "MatchAccept", claim }),
    declineMatch: (claim) => ({ kind: "MatchDecline", claim }),
  },
};
