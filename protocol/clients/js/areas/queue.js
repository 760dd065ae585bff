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
    enqueue: (game, mode) => ({ kind: "Enqueue", game, mode }),
    dequeue: () => ({ kind: "Dequeue" }),
    acceptMatch: (claim) => ({ kind: "MatchAccept", claim }),
    declineMatch: (claim) => ({ kind: "MatchDecline", claim }),
  },
};
