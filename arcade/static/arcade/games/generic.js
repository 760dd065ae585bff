import { h, text } from "../dom.js";
import { fault } from "../toast.js";

export const blurb = "";
export const keys = [];

/** For games without a renderer of their own: the view as it is, and a box to send a move from. */
export function mount(el, match) {
  const tree = h("pre", { class: "tree", tabindex: "0", "aria-label": "What you may know of the match" });
  const box = h("textarea", { id: "move", spellcheck: "false", autocomplete: "off" }, "{}");
  const form = h(
    "form",
    { class: "movebox", onsubmit: send },
    h("label", { for: "move" }, "Your move, as JSON"),
    box,
    h("button", { class: "primary" }, "Send the move"),
  );
  form.hidden = match.seat === null;
  el.append(tree, form);

  async function send(event) {
    event.preventDefault();
    try {
      await match.move(JSON.parse(box.value));
    } catch (error) {
      fault(error instanceof SyntaxError ? new Error("This is not JSON; mend it and send again.") : error);
    }
  }

  return {
    update(view) {
      text(tree, JSON.stringify(view?.game ?? null, null, 2));
    },
    unmount() {
      tree.remove();
      form.remove();
    },
  };
}
