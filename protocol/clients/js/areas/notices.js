// Something to tell the player: now, or kept until one of his devices has shown it.

export const notices = {
  takes: {
    Notice: (session, { code, text }) => [{ type: "notice", code, text }],
    KeptNotices: (session, { notices: kept }) => [{ type: "kept_notices", notices: kept }],
    NoticesGone: (session, { ids }) => [{ type: "notices_gone", ids }],
  },
  asks: {
    noticesSeen: (ids) => ({ kind: "NoticesSeen", ids }),
  },
};
