// Friends, requests and blocks, and who was met.

export const people = {
  fields: { people: () => new Map() }, // id -> {id, name, what, status}; see People in the wire's page
  takes: {
    People(session, message) {
      if (message.full) session.people = new Map();
      for (const [id, name, what, status] of message.here) session.people.set(id, { id, name, what, status });
      for (const id of message.gone) session.people.delete(id);
      return [{ type: "people", people: session.people }];
    },
  },
  asks: {
    askFriend: (player) => ({ kind: "FriendAsk", player }),
    answerFriend: (player, accept = true) => ({ kind: "FriendAnswer", player, accept }),
    removeFriend: (player) => ({ kind: "FriendRemove", player }),
    block: (player) => ({ kind: "Block", player }),
    unblock: (player) => ({ kind: "Unblock", player }),
    met: () => ({ kind: "PlayersMet" }), // {met: [{id, name, game, match, at}]}
  },
};
