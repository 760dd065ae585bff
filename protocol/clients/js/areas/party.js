// The party that the player is in.

export const party = {
  fields: { party: () => null },
  opened(session) {
    session.party = null;
  },
  takes: {
    Party(session, message) {
      session.party = message.party === null ? null : message;
      return [{ type: "party", party: session.party, code: message.code }];
    },
  },
  asks: {
    createParty: (game = "", mode = "") => ({ kind: "PartyCreate", game, mode }),
    askToJoin: (player) => ({ kind: "PartyAsk", player }),
    answerAsk: (player, let_) => ({ kind: "PartyAnswer", player, let: let_ }),
    leaveParty: () => ({ kind: "PartyLeave" }),
    kickFromParty: (player) => ({ kind: "PartyKick", player }),
    promote: (player) => ({ kind: "PartyPromote", player }),
    readyInParty: (ready = true, wish) => ({ kind: "PartyReady", ready, wish }),
    chooseForParty: (game, mode) => ({ kind: "PartyChoose", game, mode }),
    queueParty: (wish) => ({ kind: "PartyQueue", wish }),
    stopParty: () => ({ kind: "PartyStop" }),
  },
};
