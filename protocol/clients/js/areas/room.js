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
    createRoom: (game, mode, seats = 0, options = {}) => ({ kind: "RoomCreate", game, mode, seats, options }),
    joinRoom: (code, password = "", watch = false) => ({ kind: "RoomJoin", code, password, watch }),
    setReady: (ready = true) => ({ kind: "RoomReady", ready }),
    leaveRoom: () => ({ kind: "RoomLeave" }),
    setBot: (level, seat = null) => ({ kind: "RoomBot", level, seat }),
    changeRoom: (options) => ({ kind: "RoomChange", options }),
    /** To a seat, to the first free one of a team, or (neither) to a spectator's place. */
    sit: (seat = null, team = null) => ({ kind: "RoomSit", seat, team }),
    swap: (seat) => ({ kind: "RoomSwap", seat }),
    kick: (player, ban = false) => ({ kind: "RoomKick", player, ban }),
    pardon: (player) => ({ kind: "RoomPardon", player }),
    giveRoom: (player) => ({ kind: "RoomGive", player }),
    /** `scope`: "lobby", "member" or "search"; null deletes a property. */
    describe: (scope, values) => ({ kind: "RoomDescribe", scope, values }),
  },
};
