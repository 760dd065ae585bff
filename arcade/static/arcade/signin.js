import { h, text } from "./dom.js";
import { icon } from "./icons.js";
import { renderer } from "./games/index.js";
import { sentence } from "./toast.js";
import { suggestion } from "./words.js";

/** The screen of who has no name yet. `enter(name)` signs in; its error is told below the field. */
export function signin(el, { purpose, enter }) {
  const name = h("input", {
    id: "name",
    name: "name",
    maxlength: "24",
    required: true,
    autocomplete: "nickname",
    value: suggestion(),
    "aria-describedby": "fault",
  });
  const wrong = h("p", { id: "fault", class: "fault small", role: "alert" });
  const go = h("button", { class: "primary" }, icon("play"), purpose.button);
  const dice = h(
    "button",
    {
      type: "button",
      "aria-label": "Another name",
      title: "Another name",
      onclick: () => {
        name.value = suggestion();
      },
    },
    icon("dice"),
  );
  const art = h("canvas", { "aria-hidden": "true" });

  async function submit(event) {
    event.preventDefault();
    go.disabled = true;
    text(wrong, "");
    try {
      await enter(name.value.trim());
    } catch (error) {
      text(wrong, sentence(error));
      go.disabled = false;
    }
  }

  el.replaceChildren(
    h(
      "section",
      { class: "signin" },
      h(
        "form",
        { onsubmit: submit },
        h("h1", {}, purpose.title),
        h("p", { class: "quiet" }, purpose.text),
        h("div", {}, h("label", { for: "name" }, "Your name"), h("div", { class: "field" }, name, dice)),
        go,
        wrong,
      ),
      h("div", { class: "art" }, art),
    ),
  );

  let scene;
  renderer(purpose.game ?? "connect-four").then((module) => {
    scene = module.preview?.(art);
  });
  return () => scene?.stop();
}
