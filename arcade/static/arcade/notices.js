import { toast } from "./toast.js";

const LONG = 12;

/** What the server has to tell, whatever it is about. */
export const notices = {
  enter({ lobby }) {
    lobby.on("notice", ({ code, text }) => toast(text, code === "broadcast" ? LONG : undefined));
    lobby.on("kept_notices", ({ notices: kept }) => {
      for (const { text } of kept) toast(text, LONG);
      lobby.noticesSeen(kept.map(({ id }) => id)).catch(() => {});
    });
  },
};
