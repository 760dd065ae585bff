import { h } from "./dom.js";
import { fault } from "./toast.js";

/** Enter a room; where it has a password, ask for it until it is right or the player gives up. True if inside. */
export async function enterRoom(app, code, watch = false) {
  let password = "";
  let wrong = false;
  for (;;) {
    try {
      await app.lobby.joinRoom(code, password, watch);
      return true;
    } catch (error) {
      if (error?.code !== "room-password") {
        fault(error);
        return false;
      }
      password = await asked(wrong);
      wrong = true;
      if (!password) return false;
    }
  }
}

function asked(wrong) {
  return new Promise((resolve) => {
    const input = h("input", { id: "room-password", type: "password", maxlength: "64", autocomplete: "off", autofocus: true });
    const dialog = h(
      "dialog",
      { "aria-labelledby": "asked" },
      h("h2", { id: "asked" }, "This room has a password"),
      h("p", { class: "quiet", role: "alert" }, wrong ? "That was not it; try again." : "Ask its host for it."),
      h("label", { for: "room-password" }, "Password"),
      input,
      h("form", { method: "dialog" }, h("button", { value: "no", type: "button", onclick: () => dialog.close("no") }, "Cancel"), h("button", { value: "yes", class: "primary" }, "Come in")),
    );
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") dialog.close("yes");
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? input.value : "");
    });
    document.body.append(dialog);
    dialog.showModal();
    input.focus();
  });
}
