import { h, show } from "./dom.js";
import { icon } from "./icons.js";
import { fault } from "./toast.js";
import { property, propertyText } from "./words.js";

const SCOPES = { search: "Rooms are found by it", lobby: "For all in the room", member: "About me" };

/** The properties of the room and of oneself: seen by all, set by whom they belong to. */
export function roomProperties(app) {
  const { store, lobby } = app;
  const list = h("ul", { class: "row wrap mine", "aria-label": "Properties you may change" });
  const scope = h("select", { id: "prop-scope", "aria-label": "What the property is for" });
  const name = h("input", { "aria-label": "Name of the property", placeholder: "map", maxlength: "32", required: true, autocomplete: "off", autocapitalize: "none" });
  const value = h("input", { "aria-label": "Value of the property", placeholder: "ice", maxlength: "64", required: true, autocomplete: "off" });
  const form = h("form", { class: "props", onsubmit: add }, scope, name, value, h("button", {}, icon("add"), "Add"));
  const el = h("details", { class: "settings" }, h("summary", {}, "Properties"), h("p", { class: "quiet small" }, "Whatever others should know: map: ice, level: 3, talk: yes."), list, form);

  const set = (where, key, to) => lobby.describe(where, { [key]: to });
  const me = () => [...store.room.members, ...store.room.more.watchers].find((member) => member?.player && member.player === store.player?.id);

  async function add(event) {
    event.preventDefault();
    const key = name.value.trim().toLowerCase().replace(/\W+/g, "_");
    try {
      await set(scope.value, key, property(value.value.trim()));
      name.value = value.value = "";
      name.focus();
    } catch (error) {
      fault(error);
    }
  }

  let shown = "";
  function draw() {
    const mine = me();
    show(el, Boolean(mine));
    if (!mine) return;
    const { more } = store.room;
    const kinds = mine.owner ? ["search", "lobby", "member"] : ["member"];
    const held = { search: more.search ?? {}, lobby: more.lobby ?? {}, member: mine.properties ?? {} };
    const key = JSON.stringify([kinds, kinds.map((kind) => held[kind])]);
    if (key === shown) return;
    shown = key;
    if (scope.children.length !== kinds.length) scope.replaceChildren(...kinds.map((kind) => h("option", { value: kind }, SCOPES[kind])));
    list.replaceChildren(
      ...kinds.flatMap((kind) =>
        Object.entries(held[kind]).map(([key, to]) =>
          h("li", { class: "prop" }, h("span", {}, propertyText(key, to)), h("button", { class: "plain", "aria-label": `Take away ${propertyText(key, to)}`, onclick: () => set(kind, key, null).catch(fault) }, icon("cross"))),
        ),
      ),
    );
  }

  return { el, draw };
}
