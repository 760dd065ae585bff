// The way to a match.

export const match = {
  takes: {
    MatchFound(session, message) {
      session.match = { match: message.match, game: message.game, mode: message.mode, seat: message.seat };
      session.queue = null;
      return [{ type: "match_found", found: message }];
    },
  },
  asks: {
    playBot: (game, mode, level = 1, seats = 0) => ({ kind: "PlayBot", game, mode, level, seats }),
  },
};
