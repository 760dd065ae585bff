import { toast } from "./toast.js";

/** What the server has to tell, whatever it is about. */
export const notices = {
  enter({ lobby }) {
    lobby.on("notice", ({ text }) => toast(text));
  },
};
