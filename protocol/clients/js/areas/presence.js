// Who is online.

export const presence = {
  fields: { online: () => 0, players: () => new Map() }, // players: id -> {id, name, status}
  takes: {
    Presence(session, message) {
      if (message.full) session.players = new Map();
      for (const [id, name, status] of message.here) session.players.set(id, { id, name, status });
      for (const id of message.gone) session.players.delete(id);
      session.online = message.online;
      return [{ type: "presence", online: session.online, players: session.players }];
    },
  },
  asks: {
    setAway: (away = true) => ({ kind: "Away", away }), // nobody is at this device, or somebody is again
    findPlayers: (name) => ({ kind: "PlayerFind", name }), // {players: [[id, name, status]]}
  },
};
