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
  },
  asks: {
    enqueue: (game, mode) => ({ kind: "Enqueue", game, mode }),
    dequeue: () => ({ kind: "Dequeue" }),
  },
};
