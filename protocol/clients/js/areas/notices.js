// Something to tell the player.

export const notices = {
  takes: {
    Notice: (session, { code, text }) => [{ type: "notice", code, text }],
  },
};
