// Invites: to the player, by him, and links.

export const invites = {
  fields: { invites: () => [], sent: () => [] },
  opened(session) {
    session.invites = [];
    session.sent = [];
  },
  takes: {
    Invites(session, message) {
      session.invites = message.invites;
      session.sent = message.sent;
      return [{ type: "invites", invites: session.invites, sent: session.sent }];
    },
    InviteOver: (session, { id, outcome, player }) => [{ type: "invite_over", id, outcome, player }],
  },
  asks: {
    invite: (to, player, what = "") => ({ kind: "Invite", to, player, what }),
    acceptInvite: (id) => ({ kind: "InviteAccept", id }),
    declineInvite: (id) => ({ kind: "InviteDecline", id }),
    cancelInvite: (id, player) => ({ kind: "InviteCancel", id, player }),
    makeLink: (to) => ({ kind: "LinkMake", to }),
    revokeLink: (code) => ({ kind: "LinkRevoke", code }),
    lookAtLink: (code) => ({ kind: "LinkLook", code }), // {to, player, name, game, mode, inside, most}
    takeLink: (code) => ({ kind: "LinkTake", code }),
  },
};
