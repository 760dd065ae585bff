// The room that the player is in.

export const room = {
  fields: { room: () => null },
  opened(session) {
    session.room = null;
  },
  takes: {
    Room(session, message) {
      session.room = message.code === null ? null : message;
      return [{ type: "room", room: session.room }];
    },
  },
  asks: {
    createRoom: (game, mode, seats = 0) => ({ kind: "RoomCreate", game, mode, seats }),
    joinRoom: (code) => ({ kind: "RoomJoin", code }),
    setReady: (ready = true) => ({ kind: "RoomReady", ready }),
    leaveRoom: () => ({ kind: "RoomLeave" }),
    setBot: (level) => ({ kind: "RoomBot", level }),
  },
};
