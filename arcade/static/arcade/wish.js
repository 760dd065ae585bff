import { h, show } from "./dom.js";
import { title } from "./words.js";

/** Milliseconds for which what was measured is good. */
const FRESH = 600_000;

const said = new Map();
const measured = { at: -Infinity, latencies: Promise.resolve({}) };

/** Latencies to all regions, measured when they are first wanted and now and then anew. */
function latencies(app) {
  if (performance.now() - measured.at > FRESH) {
    measured.at = performance.now();
    measured.latencies = app.lobby.measure();
  }
  return measured.latencies;
}

/**
 * What a player may ask of a queue's matches: `el` with its choices, and `wish()`, which resolves to what
 * `enqueue` wants. What was chosen is kept while the page is open.
 */
export function wishes(app, label) {
  const el = h("div", { class: "wishes" });
  let queue = null;
  let kept = null;

  function choose(game, mode) {
    const name = `${game}/${mode}`;
    queue = app.store.game(game)?.modes?.find((one) => one.name === mode)?.queue ?? null;
    if (!said.has(name)) said.set(name, { roles: new Set(), values: {} });
    kept = said.get(name);
    const fields = queue ? [...rolesOf(), ...queue.values.map(valueOf).filter(Boolean)] : [];
    el.replaceChildren(...fields);
    show(el, fields.length > 0);
  }

  function boxes(legend, names, chosen) {
    return h(
      "fieldset",
      { class: "picks" },
      h("legend", { class: "quiet small" }, legend),
      h(
        "div",
        { class: "segments" },
        names.map((name) =>
          h(
            "label",
            {},
            h("input", {
              type: "checkbox",
              checked: chosen.has(name),
              onchange: (event) => chosen[event.target.checked ? "add" : "delete"](name),
            }),
            h("span", {}, title(name)),
          ),
        ),
      ),
    );
  }

  function rolesOf() {
    const names = Object.keys(queue.roles);
    return names.length ? [boxes(`Roles you would play${label}; none is any`, names, kept.roles)] : [];
  }

  function valueOf(value) {
    const { name, kind, choices } = value;
    if (kind === "common" && choices.length) {
      kept.values[name] ??= new Set(value.default);
      return boxes(title(name), choices, kept.values[name]);
    }
    if (kind === "equal" && choices.length) {
      kept.values[name] ??= value.default;
      const options = [...(value.needed ? [h("option", { value: "" }, "Choose")] : []), ...choices.map((one) => h("option", { value: one }, title(one)))];
      const select = h("select", { onchange: () => { kept.values[name] = select.value; } }, options);
      select.value = kept.values[name];
      return h("label", { class: "pick" }, h("span", { class: "quiet small" }, title(name)), select);
    }
    if (kind !== "difference") return null;
    kept.values[name] ??= value.default;
    const input = h("input", { type: "number", step: "any", min: value.low, max: value.high, value: String(kept.values[name]), oninput: () => { kept.values[name] = input.valueAsNumber; } });
    return h("label", { class: "pick" }, h("span", { class: "quiet small" }, title(name)), input);
  }

  async function wish() {
    if (!queue) return undefined;
    const values = {};
    for (const [name, value] of Object.entries(kept.values)) {
      if (value instanceof Set) { if (value.size) values[name] = [...value]; }
      else if (typeof value === "number" ? Number.isFinite(value) : value) values[name] = value;
    }
    const asked = { values, roles: [...kept.roles] };
    if (queue.regions.length) {
      const all = await latencies(app);
      asked.latencies = Object.fromEntries(queue.regions.filter((name) => name in all).map((name) => [name, all[name]]));
    }
    return asked;
  }

  return { el, choose, wish, any: () => el.childElementCount > 0 };
}
