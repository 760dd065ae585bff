// A page of the list of public rooms.

export const rooms = {
  fields: { rooms: () => null }, // {total, rows} as they are shown, or null: not asked for
  opened(session) {
    session.rooms = null;
  },
  takes: {
    Rooms(session, message) {
      const held = new Map(message.full ? [] : (session.rooms?.rows ?? []).map((row) => [row.code, row]));
      const codes = message.codes ?? [...held.keys()];
      for (const row of message.rows) held.set(row.code, row);
      session.rooms = { total: message.total, rows: codes.map((code) => held.get(code)).filter(Boolean) };
      return [{ type: "rooms", rooms: session.rooms }];
    },
  },
  asks: {
    browseRooms: (filter = {}, sort = "new", page = 0, size = 20) => ({ kind: "RoomBrowse", filter, sort, page, size }),
    closeRooms: () => ({ kind: "RoomsClose" }),
  },
};
